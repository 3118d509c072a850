"""Addresses that several pages link to."""


def case_address(code: str) -> str:
    """The page of a case."""
    return f"/cases/{code}/"


def tasks_address(code: str) -> str:
    """The joint tasks on the page of a conflict."""
    return f"/conflicts/{code}/#tasks"
