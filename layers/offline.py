"""A folium page with everything inside that it would load from elsewhere."""

import base64
import json
import re
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import folium


class NeedsNetwork(ValueError):
    """A part of a page would come from elsewhere, and no installed package holds it."""


def without_network(page: folium.Map) -> str:
    """The page as one HTML text.

    Raises
    ------
    NeedsNetwork
        The page uses tiles or a plugin whose files no installed package has.
    """
    text: str = page.get_root().render()
    for part in ("L.tileLayer", "L.AwesomeMarkers"):
        if part in text:
            raise NeedsNetwork(part)
    text = SCRIPT.sub(lambda link: _inlined(link[1], "script"), text)
    text = STYLE.sub(lambda link: _inlined(link[1], "style"), text)
    left = LOADED.search(text)
    if left:
        raise NeedsNetwork(left[0])
    return text


SCRIPT = re.compile(r'<script src="(https?://[^"]+)"></script>')
STYLE = re.compile(r'<link rel="stylesheet" href="(https?://[^"]+)"\s*/>')
LOADED = re.compile(r"<(?:script|link|img|iframe)\b[^>]*https?://[^>]*>")


def _inlined(address: str, element: str) -> str:
    for name, read in KEPT.items():
        if name in address:
            return f"<{element}>{read()}</{element}>"
    if any(name in address for name in NOT_NEEDED):
        return ""
    raise NeedsNetwork(address)


def _package(name: str, path: str) -> Path:
    """A file of an installed package, without importing it."""
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise NeedsNetwork(f"{name}/{path}")
    return Path(spec.submodule_search_locations[0]) / path


def _script(package: str, path: str) -> Callable[[], str]:
    def read() -> str:
        text = _package(package, path).read_text(encoding="utf-8")
        return re.sub(r"//# sourceMappingURL=\S+", "", text).replace("</script", r"<\/script")

    return read


def _leaflet_style() -> str:
    style = _package("leaflet", "static/leaflet/leaflet.css").read_text(encoding="utf-8")
    return re.sub(r"url\(images/([^)]+)\)", lambda link: f"url({_picture(link[1])})", style)


def _leaflet_script() -> str:
    """Leaflet with the pictures of its own marker, which it would look for beside the page."""
    options = {
        "iconUrl": _picture("marker-icon.png"),
        "iconRetinaUrl": _picture("marker-icon-2x.png"),
        "shadowUrl": _picture("marker-shadow.png"),
    }
    script = _script("leaflet", "static/leaflet/leaflet.js")()
    return (
        f"{script};L.Icon.Default.imagePath='';L.Icon.Default.mergeOptions({json.dumps(options)});"
    )


def _picture(name: str) -> str:
    content = _package("leaflet", f"static/leaflet/images/{name}").read_bytes()
    return f"data:image/png;base64,{base64.b64encode(content).decode()}"


# What folium links to, and the installed packages that hold the same.
KEPT: dict[str, Callable[[], str]] = {
    "/dist/leaflet.js": _leaflet_script,
    "/dist/leaflet.css": _leaflet_style,
    "/jquery-": _script("django", "contrib/admin/static/admin/js/vendor/jquery/jquery.min.js"),
    "/leaflet_heat.min.js": _script("folium", "templates/leaflet_heat.min.js"),
}
# Folium links to these on every page; only its icon markers use them, and we draw our own.
NOT_NEEDED = ("bootstrap", "fontawesome", "awesome-markers", "awesome.rotate")
