"""How the tables came to be, for both databases."""
