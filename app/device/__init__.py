"""What a phone lends the app: a place for keys, and a look at who holds it. On computers none of it is there."""
