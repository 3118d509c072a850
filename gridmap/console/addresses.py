"""Addresses that several pages link to."""


def case_address(code: str) -> str:
    """The page of a case."""
    return f"/cases/{code}/"
