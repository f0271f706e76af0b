"""The device's end of the conversation."""
