"""The conversation between a device and the clinic, without sockets: what is said, and in which order."""
