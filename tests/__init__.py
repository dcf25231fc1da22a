"""The tests, room by room; `scenarios/` holds whole stories and `law/` the checks on the house itself."""
