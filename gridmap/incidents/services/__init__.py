"""Every way in which a case changes: one function each, in one transaction, with its record."""
