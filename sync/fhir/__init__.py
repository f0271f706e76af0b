"""FHIR R4 in and out: pure functions, the same on both ends."""
