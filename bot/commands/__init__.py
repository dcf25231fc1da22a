"""What the commands of `dunwell` do; bot.cli only reads the command line."""
