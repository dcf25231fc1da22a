"""What a company has decided about billing and approving, as one commented TOML file (see docs/policy.md)."""
