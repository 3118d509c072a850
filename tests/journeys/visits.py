"""A browser window of one person, which watches that the page keeps the rules."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

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
        violations = self.page.evaluate("JSON.parse(sessionStorage.violations ?? '[]')")
        assert violations == []
        faults = [fault for fault in self.faults if not any(text in fault for text in self.allowed)]
        assert faults == []


def watch(context: BrowserContext, address: str, cookies: Cookies) -> Visit:
    visit = Visit(address, context.new_page(), cookies)
    context.add_init_script(WATCH)
    note = visit.faults.append
    page = visit.page
    page.on("pageerror", lambda error: note(f"script: {error}"))
    page.on("console", lambda said: note(f"console: {said.text}") if said.type == "error" else None)
    page.on("response", lambda got: note(f"{got.status} {got.url}") if got.status >= 400 else None)
    page.on(
        "request",
        lambda asked: None if _is_own(asked.url, address) else note(f"elsewhere: {asked.url}"),
    )
    return visit


def _is_own(url: str, address: str) -> bool:
    return url.startswith((address, "data:", "blob:"))


Visitor = Callable[..., Visit]


def visitor(browser: Browser, address: str, cookies: Cookies, opened: list[Visit]) -> Visitor:
    """A function that opens windows: `window(PHONE, color_scheme="dark")`."""

    def open_window(device: dict[str, Any], **options: Any) -> Visit:
        context = browser.new_context(**{**device, "reduced_motion": "reduce", **options})
        visit = watch(context, address, cookies)
        opened.append(visit)
        return visit

    return open_window


def picture(page: Page, folder: Path | None, name: str) -> None:
    """Keep a picture of the page where pictures are asked for."""
    if folder is not None:
        page.screenshot(path=folder / f"{name}.png")
