"""Takes the scope out of the product, one call at a time.

Every call that narrows an answer to who asks is a site. The code of the function around it is
exchanged for one in which that call answers “everything”; that reaches views, lambdas of map
sources and closures of decorators alike, wherever they are referenced.
"""

import ast
import gc
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser

from geodata.models import Area, Cell, LeaderPost
from gridmap.accounts.models import GuideTeam, Role, User
from gridmap.accounts.scope import Scope, today
from gridmap.console.boundary_import.stages import Stage, read_stage

ROOT = Path(__file__).parent.parent
# The calls that narrow an answer, and what they answer when they do not.
WIDENED = {
    "scope": "everything({first})",
    "find_stage": "anybodys_upload({first})",
    "stages_of": "everybodys_uploads()",
}
# These define the calls, or use them to tidy up and show nothing.
LEFT_ALONE = {
    "gridmap/accounts/scope.py",
    "gridmap/accounts/tickets.py",
    "gridmap/console/boundary_import/stages.py",
    "gridmap/console/boundary_import/jobs.py",
    # No request comes to it: tests/notebooks/test_door_scope.py takes the scope away there.
    "gridmap/notebook/planner.py",
}


@dataclass(frozen=True)
class Site:
    """One narrowing call in a source file."""

    name: str
    path: str
    line: int
    column: int
    number: int

    def __str__(self) -> str:
        return f"{self.name} {self.path}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Mutant:
    """One function object without one of its scope calls."""

    site: Site
    function: FunctionType
    code: CodeType

    def __str__(self) -> str:
        names = inspect.getclosurevars(self.function).nonlocals
        bound = [getattr(names[key], "__name__", "") for key in ("view",) if key in names]
        return " ".join([str(self.site), self.function.__qualname__, *bound])

    @contextmanager
    def at_work(self) -> Iterator[None]:
        before = self.function.__code__
        self.function.__code__ = self.code
        try:
            yield
        finally:
            self.function.__code__ = before


def everything(user: User | AnonymousUser) -> Scope:
    """What the mutated call answers: all roles, all places."""
    ids = (
        model.objects.values_list("pk", flat=True) for model in (Area, Cell, LeaderPost, GuideTeam)
    )
    areas, cells, posts, teams = (frozenset(found) for found in ids)
    roles = frozenset(Role.values)
    role_areas = dict.fromkeys(roles, areas)
    return Scope(user.pk, today(), roles, areas, cells, posts, teams, role_areas)


def anybodys_upload(token: str) -> Stage | None:
    return read_stage(settings.UPLOAD_DIR / token)


def everybodys_uploads() -> list[Stage]:
    found = [read_stage(folder) for folder in settings.UPLOAD_DIR.glob("*/")]
    return [stage for stage in found if stage]


REACHED: set[tuple[int, int]] = set()


def reached(function: int, number: int, answer: Any) -> Any:
    """What a watched call answers: the same, and that this function asked it."""
    REACHED.add((function, number))
    return answer


@lru_cache
def sites() -> list[Site]:
    """Every narrowing call of the product."""
    found: list[Site] = []
    for folder in ("gridmap", "layers"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            path = str(file.relative_to(ROOT))
            if path not in LEFT_ALONE:
                found += [
                    Site(name, path, call.lineno, call.col_offset, len(found) + place)
                    for place, (name, call) in enumerate(_calls(ast.parse(file.read_text("utf-8"))))
                ]
    return found


def _calls(tree: ast.AST) -> list[tuple[str, ast.Call]]:
    calls = [(_name(node), node) for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [(name, call) for name, call in calls if name in WIDENED]


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


class _Exchange(ast.NodeTransformer):
    """Puts another expression in the place of the chosen calls."""

    def __init__(self, chosen: list[Site], template: str, function: int = 0) -> None:
        self.function = function
        self.chosen = {(site.name, site.line, site.column): site for site in chosen}
        self.template = template

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        site = self.chosen.get((_name(node), node.lineno, node.col_offset))
        if site is None:
            return node
        text = self.template.format(
            function=self.function,
            number=site.number,
            asked=ast.unparse(node),
            first=ast.unparse(node.args[0]),
        )
        other = ast.parse(f"__import__('tests.mutants', fromlist=['*']).{text}", mode="eval").body
        return ast.fix_missing_locations(ast.copy_location(other, node))


def _codes(
    path: str, chosen: list[Site], template: str, function: int = 0
) -> dict[tuple[str, int], CodeType]:
    """The code of every function of a file with the chosen calls exchanged, by name and line."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    found: dict[tuple[str, int], CodeType] = {}
    queue = [compile(_Exchange(chosen, template, function).visit(tree), str(ROOT / path), "exec")]
    while queue:
        code = queue.pop()
        found[code.co_qualname, code.co_firstlineno] = code
        queue += [const for const in code.co_consts if isinstance(const, CodeType)]
    return found


@lru_cache
def mutants(site: Site) -> list[Mutant]:
    """The functions that lose this call; several where closures share their code."""
    plain = _codes(site.path, [], "")
    other = _codes(site.path, [site], WIDENED[site.name])
    changed = {key: code for key, code in other.items() if _text(code) != _text(plain[key])}
    return [
        Mutant(site, function, changed[key])
        for function in _functions()[str(ROOT / site.path)]
        if (key := _key(function)) in changed
    ]


@lru_cache
def _functions() -> dict[str, list[FunctionType]]:
    """Every function of a file that holds a site, by file; to look through all that lives takes its time."""
    # Closures exist once everything that is served has been imported.
    import_module(settings.ROOT_URLCONF)
    found: dict[str, list[FunctionType]] = {}
    for path in {site.path for site in sites()}:
        import_module(path.removesuffix(".py").replace("/", "."))
        found[str(ROOT / path)] = []
    # What is frozen (tests/conftest.py) is not told.
    gc.unfreeze()
    for thing in gc.get_objects():
        # isinstance would wake lazy objects
        if type(thing) is FunctionType and thing.__code__.co_filename in found:
            found[thing.__code__.co_filename].append(thing)
    gc.freeze()
    return found


def watchers() -> list[Mutant]:
    """Every function that loses a call in some mutant, so changed that it tells its calls."""
    functions = {id(m.function): m for site in sites() for m in mutants(site)}
    template = "reached({function}, {number}, {asked})"
    return [
        Mutant(
            mutant.site,
            mutant.function,
            _codes(
                mutant.site.path,
                [site for site in sites() if site.path == mutant.site.path],
                template,
                name,
            )[_key(mutant.function)],
        )
        for name, mutant in functions.items()
    ]


def _key(function: FunctionType) -> tuple[str, int]:
    return function.__code__.co_qualname, function.__code__.co_firstlineno


def _text(code: CodeType) -> tuple[bytes, tuple[str, ...]]:
    """What a function itself says, without the functions inside it."""
    return code.co_code, code.co_names
