"""What every test may rely on: one database made by its owner."""
