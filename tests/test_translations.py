"""Chinese first, English complete: every word is marked, and the English catalogue has it."""

import ast
import re
from collections import Counter

import polib
import pytest

from tests.words import (
    CHINESE,
    ROOT,
    Word,
    marked,
    sources,
    unmarked_in_python,
    unmarked_in_template,
    words_of_python,
    words_of_template,
)

CATALOGUE = polib.pofile(str(ROOT / "gridmap/locale/en/LC_MESSAGES/django.po"))
ENTRIES = [entry for entry in CATALOGUE if not entry.obsolete]
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w*)[^}]*\}")

# Modules whose Chinese is data of a Chinese city, not something said to a person.
DATA = (
    "geodata/demo_city/",
    "gridmap/accounts/demo_people.py",
    "gridmap/accounts/demo_names.py",
    "gridmap/incidents/demo_cases/",
    "gridmap/recurring/demo_handling.py",
)
# What these say leaves the house as a file and has no person with a language: both stand side by side.
BOTH = ("layers/charts.py", "layers/folium_maps/", "layers/hotspots/wording.py")
# Chinese that is looked for in files, in the value of these names.
LOOKED_FOR = {
    "gridmap/console/boundary_import/forms.py": {"USUAL_COLUMNS"},
    "gridmap/console/boundary_import/labels.py": {"SUFFIX"},
    # What the table of topics starts with; its English stands beside it.
    "gridmap/incidents/topics.py": {"TOPICS"},
    "geodata/times.py": {"_CLOCK", "_PATTERNS"},
    "gridmap/incidents/masking.py": {"ENTRANCE", "HOUSE"},
    # A conflict has its name in both languages at once.
    "layers/hotspots/naming.py": {
        "_PARTS",
        "_SEASONS",
        "_DAYS",
        "_ONE_MONTH",
        "_SOME_MONTHS",
        "_OVER_NEW_YEAR",
    },
}


def word_of(entry: polib.POEntry) -> Word:
    return Word(entry.msgctxt, entry.msgid, entry.msgid_plural or None)


def english_of(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def test_every_word_has_its_english() -> None:
    known = {word_of(entry) for entry in ENTRIES}
    assert {word.id: place for word, place in marked().items() if word not in known} == {}


def test_no_english_is_empty_or_in_doubt() -> None:
    assert [entry.msgid for entry in ENTRIES if entry.fuzzy or not all(english_of(entry))] == []


def test_no_word_stands_twice() -> None:
    counted = Counter((entry.msgctxt, entry.msgid) for entry in ENTRIES)
    assert [word for word, count in counted.items() if count > 1] == []


def test_no_english_is_left_over() -> None:
    assert [entry.msgid for entry in ENTRIES if word_of(entry) not in marked()] == []


def test_the_english_fills_in_the_same_values() -> None:
    different = [
        entry.msgid
        for entry in ENTRIES
        for text in english_of(entry)
        # “One more try” needs no number.
        if not placeholders(text) <= placeholders(entry.msgid)
        or (not entry.msgid_plural and placeholders(text) != placeholders(entry.msgid))
    ]
    assert different == []


def placeholders(text: str) -> set[str]:
    return {first or second for first, second in PLACEHOLDER.findall(text)}


def test_the_english_has_no_chinese_in_it() -> None:
    own_names = {"中文"}
    mixed = [text for entry in ENTRIES for text in english_of(entry) if CHINESE.search(text)]
    assert [text for text in mixed if text not in own_names] == []


def test_no_template_shows_chinese_that_is_not_marked() -> None:
    forgotten = {
        str(path.relative_to(ROOT)): lines
        for path in sources(".html")
        if (lines := unmarked_in_template(path.read_text("utf-8")))
    }
    assert forgotten == {}


def test_no_module_says_chinese_that_is_not_marked() -> None:
    forgotten = {
        f"{path.relative_to(ROOT)}:{line}": text
        for path in sources(".py")
        if not str(path.relative_to(ROOT)).startswith(DATA + BOTH)
        for text, line in unmarked_in_python(
            path.read_text("utf-8"), LOOKED_FOR.get(str(path.relative_to(ROOT)), ())
        )
    }
    assert forgotten == {}


def test_what_leaves_the_house_as_a_file_says_it_in_both_languages() -> None:
    alone = [
        f"{path.relative_to(ROOT)}: {text}"
        for path in sources(".py")
        if str(path.relative_to(ROOT)).startswith(BOTH)
        for text in chinese_without_english(path.read_text("utf-8"))
    ]
    assert alone == []
    assert chinese_without_english("a = '件'; b = '件 cases'; c = Words('件', 'cases')") == ["件"]


def chinese_without_english(text: str) -> list[str]:
    """Chinese strings that hold no English and are no part of a pair of `Words`."""
    tree = ast.parse(text)
    pairs = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Words"
    ]
    paired = {id(inner) for pair in pairs for inner in ast.walk(pair)}
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and CHINESE.search(node.value)
        and not re.search("[A-Za-z]{3}", node.value)
        and id(node) not in paired | docstrings
    ]


def test_scripts_and_styles_carry_no_words() -> None:
    """Words reach a script through the page, in the language of the person."""
    paths = [*sources(".js"), *sources(".css")]
    assert [str(path) for path in paths if CHINESE.search(path.read_text("utf-8"))] == []


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (
            "from django.utils.translation import gettext as _\n_('甲' '乙')",
            Word(None, "甲乙", None),
        ),
        (
            "from django.utils.translation import ngettext\nngettext('件', '件们', 3)",
            Word(None, "件", "件们"),
        ),
        (
            "from django.utils.translation import pgettext\npgettext('menu', '开')",
            Word("menu", "开", None),
        ),
        ("from geodata.errors import gettext_noop as noop\nnoop('拒')", Word(None, "拒", None)),
    ],
)
def test_a_marked_word_of_python_is_found(text: str, word: Word) -> None:
    assert [found for found, _ in words_of_python(text)] == [word]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("{% load i18n %}{% translate '登（1）' %}", Word(None, "登（1）", None)),
        ('{% load i18n %}<a title="{% translate "显示" %}">', Word(None, "显示", None)),
        (
            "{% load i18n %}{% blocktranslate %}请打 {{ phone }}{% endblocktranslate %}",
            Word(None, "请打 %(phone)s", None),
        ),
        (
            "{% load i18n %}{% blocktranslate count n=n %}一{% plural %}{{ n }}多{% endblocktranslate %}",
            Word(None, "一", "%(n)s多"),
        ),
        ("{% load i18n %}{% translate '导入' context 'menu' %}", Word("menu", "导入", None)),
    ],
)
def test_a_marked_word_of_a_template_is_found(text: str, word: Word) -> None:
    assert list(words_of_template(text)) == [word]


def test_a_forgotten_word_is_found() -> None:
    assert unmarked_in_template("<p>忘了</p>{# 注 #}") == ["<p>忘了</p>"]
    assert unmarked_in_python('"""文档"""\nx = "忘了"\n') == [("忘了", 2)]
