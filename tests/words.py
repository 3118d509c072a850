"""The words of the product: what its sources mark for translation, and what they forget.

Django's makemessages needs the gettext programs, which a bare machine does not have.
"""

import ast
import re
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from django.utils.translation.template import templatize

ROOT = Path(__file__).parent.parent
FOLDERS = ("gridmap", "layers", "geodata")
CHINESE = re.compile(r"[\u3400-\u9fff]")
# Where the marking functions come from, and their arguments: context, singular, plural.
SOURCES = {"django.utils.translation", "geodata.errors"}
MARKERS = {
    "gettext": ("id",),
    "gettext_lazy": ("id",),
    "gettext_noop": ("id",),
    "ngettext": ("id", "plural"),
    "ngettext_lazy": ("id", "plural"),
    "pgettext": ("context", "id"),
    "pgettext_noop": ("context", "id"),
    "pgettext_lazy": ("context", "id"),
    "npgettext": ("context", "id", "plural"),
}


class Word(NamedTuple):
    """One entry of the catalogue, as a source asks for it."""

    context: str | None
    id: str
    plural: str | None


def sources(ending: str) -> list[Path]:
    return sorted(
        path
        for folder in FOLDERS
        for path in (ROOT / folder).rglob(f"*{ending}")
        if "migrations" not in path.parts
    )


@cache
def marked() -> dict[Word, str]:
    """Every word that a source marks, with the first place where."""
    found: dict[Word, str] = {}
    for path in sources(".py"):
        for word, line in words_of_python(path.read_text("utf-8")):
            found.setdefault(word, f"{path.relative_to(ROOT)}:{line}")
    for path in sources(".html"):
        for word in words_of_template(path.read_text("utf-8")):
            found.setdefault(word, str(path.relative_to(ROOT)))
    return found


def words_of_python(text: str) -> Iterator[tuple[Word, int]]:
    tree = ast.parse(text)
    names = marker_names(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            word = _word(MARKERS[names[node.func.id]], node.args)
            if word is not None:
                yield word, node.lineno


def marker_names(tree: ast.AST) -> dict[str, str]:
    """What a module calls the functions that mark a word."""
    return {
        name.asname or name.name: name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module in SOURCES
        for name in node.names
        if name.name in MARKERS
    } | {
        node.name: node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name in MARKERS
    }


def words_of_template(text: str) -> Iterator[Word]:
    code = templatize(text)
    for call in re.finditer(r"\b(_|gettext|ngettext|pgettext|npgettext)\(", code):
        node = _call_at(code, call.start())
        kind = "gettext" if call[1] == "_" else call[1]
        word = _word(MARKERS[kind], node.args)
        if word is not None:
            yield word


def _call_at(code: str, start: int) -> ast.Call:
    """The call that begins there, up to the parenthesis that makes it whole."""
    end = start
    while True:
        end = code.index(")", end) + 1
        try:
            node = ast.parse(code[start:end].strip(), mode="eval").body
        except SyntaxError:
            continue
        if isinstance(node, ast.Call):
            return node


def _word(roles: tuple[str, ...], arguments: list[ast.expr]) -> Word | None:
    """The word of a call; none where it passes on a variable."""
    values = dict(zip(roles, arguments, strict=False))
    texts = {
        role: node.value
        for role, node in values.items()
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    if texts.keys() != set(roles):
        return None
    return Word(texts.get("context"), texts["id"], texts.get("plural"))


def unmarked_in_template(text: str) -> list[str]:
    """Chinese that a template shows without marking it."""
    text = re.sub(r"\{% comment.*?endcomment %\}|\{#.*?#\}|<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(
        r"\{% blocktrans(?:late)?\b.*?endblocktrans(?:late)? %\}", "", text, flags=re.DOTALL
    )
    text = re.sub(r"\{[%{].*?[%}]\}", "", text, flags=re.DOTALL)
    # The name of a language is written in that language.
    text = re.sub(r'(<[^>]*\blang="zh-Hans"[^>]*>)[^<]*', r"\1", text)
    return [line.strip() for line in text.splitlines() if CHINESE.search(line)]


def unmarked_in_python(text: str, not_said: Collection[str] = ()) -> list[tuple[str, int]]:
    """Chinese strings of a module that no marking function holds.

    Docstrings aside, and what is assigned to the names `not_said`.
    """
    tree = ast.parse(text)
    names = marker_names(tree)
    spared = _docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            spared |= {id(argument) for argument in node.args}
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if getattr(target, "id", "") in not_said:
                spared |= {id(inner) for inner in ast.walk(node.value)}
    return [
        (node.value, node.lineno)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and CHINESE.search(node.value)
        and id(node) not in spared
    ]


def _docstrings(tree: ast.AST) -> set[int]:
    """Strings that stand alone as a statement."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
