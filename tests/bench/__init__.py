"""Benchmarks: they print figures as JSON and assert none."""
