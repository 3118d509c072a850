"""The tables that the city edits: who gets what, how long it may take, which days count."""
