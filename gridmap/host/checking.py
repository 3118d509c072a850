"""`make test` and its relatives: everything they need is made here, nothing is left behind."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from gridmap.host import cluster as clusters
from gridmap.host.browser_files import prepare_browser_files
from gridmap.host.children import Child, end_child, start_child
from gridmap.host.environment import BENCH, TEST, prepare_environment
from gridmap.host.locks import one_after_another, only_one
from gridmap.host.machine import BROWSER, DRIVER, FONTS, SERVER, VENV, prepare_machine
from gridmap.host.preparing import prepare_catalogues
from gridmap.host.project import Project, Surroundings
from gridmap.host.steps import say
from gridmap.host.variables import application_environment, as_owner, production_check_environment

# About half of the suite's time, in a process and a database of its own: the stories, everything else that wants the
# demonstration city, so that it is made once, and what evens out the halves, with the real files and without.
STORIES = (
    "tests/journeys",
    "tests/accounts/test_demo_people.py",
    "tests/console/command",
    "tests/console/test_overview.py",
    "tests/incidents/test_demo_cases.py",
    "tests/incidents/test_demo_story.py",
    "tests/notebooks",
    "tests/performance",
    "tests/recurring",
    "tests/geodata/real",
    "tests/incidents/real",
)
TORTURE = ("tests/torture", "tests/geodata/test_boundary_races.py")


@dataclass(frozen=True)
class Gate:
    """One command that must end well."""

    name: str
    command: Sequence[str | Path]
    env: Mapping[str, str]


@contextmanager
def test_surroundings(
    project: Project, surroundings: Surroundings, requirements: str
) -> Iterator[dict[str, str]]:
    """The environment of the tests, with a cluster of their own up."""
    tests = project.for_tests()
    refusal = "the tests are running in this folder already"
    with only_one(tests.var / "test.lock", "", refusal):
        with one_after_another(project.root / "var" / "set-up.lock", "machine"):
            venv = [] if project.python.exists() else [VENV]
            prepare_machine(tests, [*venv, SERVER, BROWSER, DRIVER, FONTS])
            prepare_environment(tests, requirements)
            prepare_browser_files(tests, with_tests=True)
        cluster = clusters.find_cluster(tests, is_careless=True)
        with clusters.running(cluster):
            kind = replace(surroundings, kind="test", database_url="")
            env = application_environment(tests, kind, cluster)
            prepare_catalogues(tests, env)
            # Tests make and drop databases, and act as the application by SET ROLE.
            yield as_owner(env)


def lint_gates(project: Project, env: Mapping[str, str]) -> list[Gate]:
    programs = project.environment / "bin"
    manage = [str(project.python), "manage.py"]
    deploy = [*manage, "check", "--deploy", "--fail-level", "WARNING"]
    return [
        Gate("style", [programs / "ruff", "check", "."], env),
        Gate("layout", [programs / "ruff", "format", "--check", "."], env),
        Gate("types", [programs / "mypy"], env),
        Gate("import contracts", [programs / "lint-imports"], env),
        Gate("migrations", [*manage, "makemigrations", "--check", "--dry-run"], env),
        Gate("deployment check", deploy, production_check_environment(env)),
    ]


def pytest_gate(project: Project, name: str, env: Mapping[str, str], words: Sequence[str]) -> Gate:
    command = [str(project.python), "-m", "pytest", "-p", "tests.no_skips", *words]
    return Gate(name, command, env)


def test(project: Project, surroundings: Surroundings, words: Sequence[str]) -> int:
    with test_surroundings(project, surroundings, TEST) as env:
        gates = lint_gates(project, env)
        if words:
            return pass_gates(project, [*gates, pytest_gate(project, "tests", env, words)])
        stories_env = {**env, "GRIDMAP_TEST_DATABASE": "test_gridmap_stories"}
        stories = pytest_gate(project, "stories", stories_env, STORIES)
        others = [f"--ignore={place}" for place in STORIES]
        gates = [*gates, pytest_gate(project, "tests", env, others)]
        return pass_gates(project, gates, beside=stories)


def lint(project: Project, surroundings: Surroundings, _words: Sequence[str]) -> int:
    with test_surroundings(project, surroundings, TEST) as env:
        return pass_gates(project, lint_gates(project, env))


def bench(project: Project, surroundings: Surroundings, words: Sequence[str]) -> int:
    with test_surroundings(project, surroundings, BENCH) as env:
        gate = pytest_gate(project, "benchmarks", env, ["tests/bench", "-s", *words])
        return pass_gates(project, [gate])


def torture(project: Project, surroundings: Surroundings, words: Sequence[str]) -> int:
    with test_surroundings(project, surroundings, TEST) as env:
        # What `make test` runs a twentieth of, whole.
        long_env = {"GRIDMAP_RACES": "1000", **env}
        gate = pytest_gate(project, "torture", long_env, [*TORTURE, "-s", *words])
        return pass_gates(project, [gate])


def pass_gates(project: Project, gates: Sequence[Gate], *, beside: Gate | None = None) -> int:
    """Run every gate, also after one has failed, and sum up; the number of those that failed.

    What the gate `beside` the others prints is kept and shown at the end.
    """
    with ExitStack() as stack:
        other = stack.enter_context(_at_work_beside(project, beside)) if beside else None
        results = [(gate.name, *_pass(project, gate)) for gate in gates]
        if other is not None:
            results.append((other.child.name, *_finish(other)))
    for name, code, seconds in results:
        say("gates", f"{'ok' if code == 0 else f'FAILED ({code})':<12} {seconds:6.1f} s  {name}")
    return sum(code != 0 for _, code, _ in results)


def _pass(project: Project, gate: Gate) -> tuple[int, float]:
    say("gates", f"{gate.name} …")
    began = time.monotonic()
    with _started(project, gate) as child:
        code = child.process.wait()
    return code, time.monotonic() - began


@contextmanager
def _started(project: Project, gate: Gate, output: IO[bytes] | None = None) -> Iterator[Child]:
    child = start_child(gate.name, gate.command, env=gate.env, cwd=project.root, output=output)
    try:
        yield child
    finally:
        if child.is_alive():
            end_child(child)


@dataclass(frozen=True)
class _Beside:
    """A gate at work whose output goes to a file."""

    child: Child
    log: Path
    began: float


@contextmanager
def _at_work_beside(project: Project, gate: Gate) -> Iterator[_Beside]:
    log = project.for_tests().var / f"{gate.name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    say("gates", f"{gate.name} beside the others, printed at the end …")
    with log.open("wb") as output, _started(project, gate, output) as child:
        yield _Beside(child, log, time.time())


def _finish(other: _Beside) -> tuple[int, float]:
    say("gates", f"{other.child.name}, to its end …")
    code = other.child.process.wait()
    print(other.log.read_text(errors="replace"), flush=True)
    # It wrote its last line when it ended, maybe long before the others did.
    return code, other.log.stat().st_mtime - other.began
