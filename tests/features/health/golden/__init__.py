"""Real results and what Evenkeel says of each, reviewed by people: see `make.py`."""
