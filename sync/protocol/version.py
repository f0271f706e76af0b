"""Versions of the conversation. The server speaks N and N-1."""

PROTOCOL = 1
OLDEST = 1
