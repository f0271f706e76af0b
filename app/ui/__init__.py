"""The look, the way about, and the bridge from the store to the screen."""
