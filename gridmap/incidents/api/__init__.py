"""What programs ask: reports, cases, moves, places. Thin over services and querysets."""
