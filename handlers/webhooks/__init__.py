"""Webhooks of the outside systems: verify, record, acknowledge; and the small WSGI app that routes to them."""
