"""When things run. Each job only starts a flow, under an id made of the job and the instant it was due."""
