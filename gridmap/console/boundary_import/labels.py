"""Short names of cells and areas: “迎宾 012”, “Yingbin 012”."""

import re

import pandas as pd

from geodata.boundaries.loading import CELL_KINDS

Label = tuple[str, str]
SUFFIX = re.compile(r"(?<=.)(社区|村)$")
SUFFIX_EN = re.compile(r" (community|village)$", re.IGNORECASE)
DIGITS = 3


def label_places(places: pd.DataFrame, parents: pd.DataFrame) -> dict[str, Label]:
    """Code → (Chinese, English) short name.

    Parameters
    ----------
    places
        Columns `kind`, `code`, `name`, `name_en`, `parent_code`.
    parents
        Columns `code`, `name`, `name_en`: the areas that cells belong to.
    """
    above: dict[str, Label] = {
        row["code"]: (row["name"], row["name_en"]) for row in parents.to_dict("records")
    }
    return {
        row["code"]: _cell_label(row["code"], above[row["parent_code"]])
        if row["kind"] in CELL_KINDS and row["parent_code"] in above
        else (row["name"] or row["code"], row["name_en"])
        for row in places.to_dict("records")
    }


def _cell_label(code: str, parent: Label) -> Label:
    name, name_en = parent
    number = code[-DIGITS:]
    english = f"{SUFFIX_EN.sub('', name_en)} {number}" if name_en else ""
    return f"{SUFFIX.sub('', name)} {number}", english
