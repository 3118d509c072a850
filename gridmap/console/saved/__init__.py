"""States of a page that a person keeps under a name."""
