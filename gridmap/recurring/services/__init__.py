"""What may be done about recurring conflicts, and the run that finds them."""
