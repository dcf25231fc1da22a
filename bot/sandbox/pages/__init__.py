"""The pages of the demo workspace: what a visitor sees of it in a browser."""
