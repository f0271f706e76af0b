"""Versions of the conversation. Both ends speak N and N-1; who names no version speaks 1, as release 0.1.0 does."""

PROTOCOL = 2
OLDEST = 1
UNSAID = 1
