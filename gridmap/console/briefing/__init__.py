"""The briefing of a week, for a meeting: on one or two sheets of paper."""
