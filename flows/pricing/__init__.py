"""From a price model and a quantity to an amount, to the cent, with the arithmetic in words. Pure."""
