"""What keeps coming back: a place and a topic as one thing, with evidence by run."""
