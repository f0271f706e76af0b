"""The clinic's end of the conversation: import, enrolment, the feed, and what the clinic answers."""
