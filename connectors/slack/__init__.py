"""Slack: the workspace port over slack_sdk, and the store of installations. Import the module that you need."""
