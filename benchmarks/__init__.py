"""Measurements of the speed that is promised, each beside its floor in the same run; RESULTS.md keeps the last ones."""
