"""A browser window of one person, which watches that the page keeps the rules."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.makers import PASSWORD

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}
DESK = {"viewport": {"width": 1440, "height": 900}}

# Kept over page changes, so that the end of the visit sees all of them.
WATCH = """
addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sourceFile }) => {
  const seen = JSON.parse(sessionStorage.violations ?? "[]");
  seen.push(`${violatedDirective} ${blockedURI} ${sourceFile}`);
  sessionStorage.violations = JSON.stringify(seen);
});
"""


Cookies = dict[str, list[dict[str, Any]]]


@dataclass
class Visit:
    """One window; `faults` are what must not have happened when it is closed."""

    address: str
    page: Page
    cookies: Cookies
    allowed: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page

    def sign_in(self, username: str, path: str = "/", language: str = "zh-hans") -> Page:
        """Open a page as a person; the form is filled in once for all stories of that person."""
        if username in self.cookies:
            self.page.context.add_cookies(self.cookies[username])  # type: ignore[arg-type]
            self.open(path)
        else:
            self.fill_in(username, PASSWORD, path)
            self.page.wait_for_url(lambda url: "/login/" not in url)
            cookies = self.page.context.cookies()
            self.cookies[username] = [{**one} for one in cookies if one["name"] == "sessionid"]
        # The language belongs to the person and outlives the story that changed it.
        if self.page.locator("html").get_attribute("lang") != language:
            self._speak(language)
            self.open(path)
        return self.page

    def _speak(self, language: str) -> None:
        page = self.open("/contacts/")
        page.locator(".account summary").click()
        page.locator(f"button[name=language][value={language}]").click()
        expect(page.locator("html")).to_have_attribute("lang", language)

    def fill_in(self, username: str, password: str, path: str = "/") -> Page:
        page = self.open(f"/login/?next={path}")
        page.locator("[name=username]").fill(username)
        page.locator("[name=password]").fill(password)
        page.locator("form .btn--pri").click()
        return page

    def expect_failure(self, *texts: str) -> None:
        """A failure that the story is about is no fault."""
        self.allowed.update(texts)

    def check(self) -> None:
        # A story may end while its last page still comes.
        self.page.wait_for_load_state()
        violations = self.page.evaluate("JSON.parse(sessionStorage.violations ?? '[]')")
        assert violations == []
        faults = [fault for fault in self.faults if not any(text in fault for text in self.allowed)]
        assert faults == []


@contextmanager
def watched(visit: Visit) -> Iterator[Visit]:
    """Note what must not happen on the page meanwhile."""
    page, note = visit.page, visit.faults.append
    watchers: dict[Any, Callable[[Any], None]] = {
        "pageerror": lambda error: note(f"script: {error}"),
        "console": lambda said: note(f"console: {said.text}") if said.type == "error" else None,
        "response": lambda got: note(f"{got.status} {got.url}") if got.status >= 400 else None,
        "request": lambda asked: (
            None if _is_own(asked.url, visit.address) else note(f"elsewhere: {asked.url}")
        ),
    }
    for event, watcher in watchers.items():
        page.on(event, watcher)
    try:
        yield visit
        visit.check()
    finally:
        for event, watcher in watchers.items():
            page.remove_listener(event, watcher)


def _is_own(url: str, address: str) -> bool:
    return url.startswith((address, "data:", "blob:"))


class Windows:
    """Those of one browser, lent to one story after the other: to open one costs more than many a story, and files
    that stay are fetched once, as in service.

    Nothing else is left of a story when it gives one back.
    """

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.free: dict[str, list[Page]] = defaultdict(list)

    @contextmanager
    def lent(self, address: str, cookies: Cookies, options: dict[str, Any]) -> Iterator[Visit]:
        free = self.free[repr(options)]
        page = free.pop() if free else self._opened(options)
        try:
            with watched(Visit(address, page, cookies)) as visit:
                yield visit
            _forget(visit, options)
        except BaseException:
            page.context.close()
            raise
        free.append(page)

    def _opened(self, options: dict[str, Any]) -> Page:
        page = self.browser.new_context(**options).new_page()
        page.add_init_script(WATCH)
        return page


def _forget(visit: Visit, options: dict[str, Any]) -> None:
    """Everything but the files that stay."""
    page, context = visit.page, visit.page.context
    context.set_offline(False)
    page.evaluate("sessionStorage.clear()")
    page.unroute_all()
    page.goto("about:blank")
    told = {"origin": visit.address, "storageTypes": "all"}
    session = context.new_cdp_session(page)
    session.send("Storage.clearDataForOrigin", told)
    session.detach()
    context.clear_cookies()
    context.set_geolocation(options.get("geolocation"))
    page.set_viewport_size(options["viewport"])
    page.emulate_media(color_scheme=options.get("color_scheme", "light"))


Visitor = Callable[..., Visit]


@contextmanager
def opening(windows: Windows, address: str, cookies: Cookies) -> Iterator[Visitor]:
    """A function that opens windows: `window(PHONE, color_scheme="dark")`; each must keep the rules to the end."""
    with ExitStack() as opened:

        def open_window(device: dict[str, Any], **options: Any) -> Visit:
            chosen = {**device, "reduced_motion": "reduce", **options}
            return opened.enter_context(windows.lent(address, cookies, chosen))

        yield open_window


def picture(page: Page, folder: Path | None, name: str) -> None:
    """Keep a picture of the page where pictures are asked for."""
    if folder is not None:
        page.screenshot(path=folder / f"{name}.png")
