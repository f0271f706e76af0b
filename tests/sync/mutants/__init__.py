"""Planted mistakes: each must be caught by the model. `planted` has the table, `hunt` runs the model against each."""
