"""`python -m bot` is `dunwell`."""

from bot.cli import main

main()
