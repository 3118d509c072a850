"""The desks: lists of cases beside a map, and what is done with them from there."""
