"""What the tiles and pages cost, beside what others take for them."""
