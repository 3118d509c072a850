"""`make test` and its relatives: everything they need is made here, nothing is left behind."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from gridmap.host import cluster as clusters
from gridmap.host.browser_files import prepare_browser_files
from gridmap.host.children import end_child, start_child
from gridmap.host.environment import TEST, prepare_environment
from gridmap.host.locks import one_after_another, only_one
from gridmap.host.machine import BROWSER, DRIVER, FONTS, SERVER, VENV, prepare_machine
from gridmap.host.preparing import prepare_catalogues
from gridmap.host.project import Project, Surroundings
from gridmap.host.steps import say
from gridmap.host.variables import application_environment, as_owner, production_check_environment

TORTURE = ("tests/torture", "tests/geodata/test_boundary_races.py")


@dataclass(frozen=True)
class Gate:
    """One command that must end well."""

    name: str
    command: Sequence[str | Path]
    env: Mapping[str, str]


@contextmanager
def test_surroundings(project: Project, surroundings: Surroundings) -> Iterator[dict[str, str]]:
    """The environment of the tests, with a cluster of their own up."""
    tests = project.for_tests()
    refusal = "the tests are running in this folder already"
    with only_one(tests.var / "test.lock", "", refusal):
        with one_after_another(project.root / "var" / "set-up.lock", "machine"):
            venv = [] if project.python.exists() else [VENV]
            prepare_machine(tests, [*venv, SERVER, BROWSER, DRIVER, FONTS])
            prepare_environment(tests, TEST)
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
    with test_surroundings(project, surroundings) as env:
        gates = [*lint_gates(project, env), pytest_gate(project, "tests", env, words)]
        return pass_gates(project, gates)


def lint(project: Project, surroundings: Surroundings, _words: Sequence[str]) -> int:
    with test_surroundings(project, surroundings) as env:
        return pass_gates(project, lint_gates(project, env))


def bench(project: Project, surroundings: Surroundings, words: Sequence[str]) -> int:
    with test_surroundings(project, surroundings) as env:
        gate = pytest_gate(project, "benchmarks", env, ["tests/bench", "-s", *words])
        return pass_gates(project, [gate])


def torture(project: Project, surroundings: Surroundings, words: Sequence[str]) -> int:
    with test_surroundings(project, surroundings) as env:
        # What `make test` runs a twentieth of, whole.
        long_env = {"GRIDMAP_RACES": "1000", **env}
        gate = pytest_gate(project, "torture", long_env, [*TORTURE, "-s", *words])
        return pass_gates(project, [gate])


def pass_gates(project: Project, gates: Sequence[Gate]) -> int:
    """Run every gate, also after one has failed, and sum up; the number of those that failed."""
    results = [(gate.name, *_pass(project, gate)) for gate in gates]
    for name, code, seconds in results:
        say("gates", f"{'ok' if code == 0 else f'FAILED ({code})':<12} {seconds:6.1f} s  {name}")
    return sum(code != 0 for _, code, _ in results)


def _pass(project: Project, gate: Gate) -> tuple[int, float]:
    say("gates", f"{gate.name} …")
    began = time.monotonic()
    child = start_child(gate.name, gate.command, env=gate.env, cwd=project.root)
    try:
        code = child.process.wait()
    finally:
        if child.is_alive():
            end_child(child)
    return code, time.monotonic() - began
