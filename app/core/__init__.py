"""Small pure types and rules: no screens, no database, no network, no clock."""
