"""The chart of accounts, dimensions and accounting periods, and whether a line is coded as they ask."""
