"""The demo workspace: a local stand-in for Slack, stricter than Slack, that the product is tried and tested against."""
