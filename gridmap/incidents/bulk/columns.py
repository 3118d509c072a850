"""Columns of texts as values: trimmed, translated, turned into numbers. Pure; nothing is refused here."""

import re
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

# What programs write where nothing is known.
_NOTHING = pa.array(["NA", "N/A", "NULL", "null", "None", "-"])
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$|^[+-]?(?i:inf|infinity|nan)$"
# What a spreadsheet takes for a formula, full width included; the same behind the sign that stops it.
_FORMULA = "^'*[=+\\-@\t\r\n＝＋－＠]"
_STOPPED = "^'('*[=+\\-@\t\r\n＝＋－＠])"


def stopped(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if re.match(_FORMULA, text) else text


def unstopped(texts: pa.StringArray) -> pa.StringArray:
    """The texts before `stopped`."""
    if not pc.any(pc.starts_with(texts, "'")).as_py():
        return texts
    return pc.replace_substring_regex(texts, _STOPPED, "\\1")


def trimmed(texts: pa.StringArray) -> pa.StringArray:
    """Without blanks around."""
    return pc.utf8_trim_whitespace(texts)


def emptied(texts: pa.StringArray) -> pa.StringArray:
    """With the usual words for nothing as nothing."""
    return pc.if_else(pc.is_in(texts, _NOTHING), "", texts)


def repeated(value: str, count: int) -> pa.StringArray:
    return pa.repeat(value, count)


def equals(texts: pa.StringArray, value: str) -> Flags:
    return flags(pc.equal(texts, value))


def flags(column: pa.BooleanArray) -> Flags:
    return np.asarray(column.to_numpy(zero_copy_only=False), bool)


def numbers(texts: pa.StringArray) -> tuple[Floats, Flags]:
    """Numbers, NaN where there is none; and which texts are not empty and no numbers."""
    wanted = pc.if_else(pc.equal(texts, ""), None, texts)
    try:
        values = pc.cast(wanted, pa.float64())
        wrong = np.zeros(len(texts), bool)
    except pa.ArrowInvalid:
        fits = pc.fill_null(pc.match_substring_regex(wanted, _NUMBER), True)
        values = pc.cast(pc.if_else(fits, wanted, None), pa.float64())
        wrong = ~flags(fits)
    return np.asarray(values.to_numpy(zero_copy_only=False), np.float64), wrong


def translated(
    texts: pa.StringArray, words: Mapping[str, str], default: str | None = None
) -> tuple[pa.StringArray, Flags]:
    """Words as our own, the empty one as `default`; and which are not known (these come out empty)."""
    coded = pc.dictionary_encode(texts)
    own = [
        words.get(word, default if word == "" else None) for word in coded.dictionary.to_pylist()
    ]
    if len(own) == 0:
        return texts, np.zeros(0, bool)
    found = pa.array(own, pa.string()).take(coded.indices)
    return pc.fill_null(found, ""), flags(pc.is_null(found))
