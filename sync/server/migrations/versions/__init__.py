"""One file per change of the tables; a released one is never edited."""
