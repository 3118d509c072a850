"""The names of cases that come without one: as an intake gives them, for a column at once. Pure."""

import pyarrow as pa
import pyarrow.compute as pc

# The lines that Python knows, and the marks that end a sentence.
_FIRST = "^(?P<first>[^\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029。！？；]*)"


def titles_of(
    given: pa.StringArray, words: pa.StringArray, topics: pa.StringArray, length: int
) -> pa.StringArray:
    """The title that was given, else the first sentence of the words, else the name of the topic."""
    if pc.all(pc.equal(words, "")).as_py():
        named = topics
    else:
        first = pc.struct_field(pc.extract_regex(words, _FIRST), "first")
        cut = pc.utf8_slice_codeunits(pc.fill_null(first, ""), 0, length)
        named = pc.if_else(pc.equal(cut, ""), topics, cut)
    return pc.if_else(pc.equal(given, ""), named, given)
