"""What the patient's device and the clinic agree on, and both ends of the conversation."""
