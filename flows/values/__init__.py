"""Values that every room may use: money, the clock, identifiers. They import nothing else of ours."""
