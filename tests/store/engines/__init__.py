"""Suites that every engine must pass; they run on the engine of the environment they are started in."""
