"""From terms and usage to planned invoices and their rated lines. Pure."""
