"""Areas and teams beside each other, with intervals, so that chance is not read as failure."""
