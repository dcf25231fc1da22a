"""What comes in: Slack listeners and webhooks. Each verifies, records and acknowledges, and does nothing else."""
