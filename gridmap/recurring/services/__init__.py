"""The run that finds recurring conflicts."""
