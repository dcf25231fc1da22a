"""Metered usage: events in, once each, and what they add up to in a billing period."""
