"""The pages of what keeps coming back."""
