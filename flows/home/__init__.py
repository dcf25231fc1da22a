"""App Home: what waits for a person, what they decided, what does not move."""
