"""The commercial terms of a contract: one typed, versioned model, read from YAML or JSON and written back. Pure."""
