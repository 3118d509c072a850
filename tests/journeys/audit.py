"""What every page must keep, asked of the page in the browser."""

from typing import Any

from playwright.sync_api import Page

# Serious is what keeps somebody from using the page; moderate and minor are advice.
GRAVE = ("serious", "critical")

AXE = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations.map(({ id, impact, nodes }) => ({
    id, impact, nodes: nodes.slice(0, 5).map(({ html, any }) => `${html.slice(0, 160)} ${any[0]?.message ?? ""}`),
  }));
}"""

# The touch area may be larger than what is drawn, so the page is asked how far from its middle a
# finger still hits it. Links inside a sentence are exempt, as in WCAG 2.5.8.
SMALL_TARGETS = """() => {
  const isSeen = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const inSentence = (element) => element.matches("p a");
  const hits = (element, x, y) => {
    const found = document.elementFromPoint(x, y);
    return found && (element === found || element.contains(found) || found.contains(element)
      && found.matches("label, .input"));
  };
  const small = [];
  for (const element of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, summary")) {
    if (!isSeen(element) || inSentence(element)) continue;
    element.scrollIntoView({ block: "center", inline: "nearest" });
    const { left, top, width, height } = element.getBoundingClientRect();
    const [x, y] = [left + width / 2, top + height / 2];
    if (x < 0 || y < 0 || x > innerWidth || y > innerHeight || !hits(element, x, y)) continue;
    const reach = (right, down) => {
      let far = 0;
      while (far < 44 && hits(element, x + right * (far + 1), y + down * (far + 1))) far += 1;
      return far;
    };
    const wide = Math.max(width, 1 + reach(-1, 0) + reach(1, 0));
    const high = Math.max(height, 1 + reach(0, -1) + reach(0, 1));
    if (wide < 44 || high < 44) small.push(`${Math.round(width)}×${Math.round(height)} ${element.outerHTML.slice(0, 120)}`);
  }
  return small;
}"""


def grave_faults(page: Page, axe: str) -> list[dict[str, Any]]:
    """What axe-core finds serious or critical, contrast below 4.5 : 1 included."""
    page.evaluate(axe)
    return [fault for fault in page.evaluate(AXE) if fault["impact"] in GRAVE]


def small_targets(page: Page) -> list[str]:
    """What a finger must hit and is smaller than 44 × 44 pixels."""
    small: list[str] = page.evaluate(SMALL_TARGETS)
    return small


def sideways(page: Page) -> int:
    """How many pixels the page can be scrolled sideways."""
    wide: int = page.evaluate(
        "Math.max(document.documentElement.scrollWidth - innerWidth, "
        "...[...document.querySelectorAll('main, .sheet, .sheet__list')]"
        ".map(part => part.scrollWidth - part.clientWidth))"
    )
    return wide


# What `.clip` cuts is cut on purpose: it stands whole elsewhere.
CUT_OFF = """() => [...document.querySelectorAll("h1, h2, h3, dt, dd, b, p, li, th, td, .btn, .chip, .field, .seg button, [class^=wall__]")]
  .filter((element) => {
    const style = getComputedStyle(element);
    const cuts = ["hidden", "clip"].includes(style.overflowX) && !element.closest(".clip, .sr, svg, [hidden]");
    return cuts && element.checkVisibility() && element.textContent.trim() && style.clipPath === "none"
      && element.scrollWidth > element.clientWidth;
  })
  .map((element) => element.textContent.trim().replace(/\\s+/g, " ").slice(0, 80))"""


def cut_off(page: Page) -> list[str]:
    """The lines of which a part cannot be read."""
    cut: list[str] = page.evaluate(CUT_OFF)
    return cut


DOTS_FIRST = """() => [...document.querySelectorAll(".dot")]
  .filter((dot) => dot.checkVisibility() && !dot.closest(".sr"))
  .filter((dot) => {
    const before = dot.previousSibling?.nodeType === Node.TEXT_NODE ? dot.previousSibling : dot.previousElementSibling;
    if (!before?.textContent.trim()) return false;
    const range = document.createRange();
    range.selectNodeContents(before);
    const lines = [...range.getClientRects()].filter(({ width }) => width);
    return lines.length > 0 && dot.getBoundingClientRect().top >= lines.at(-1).bottom - 2;
  })
  .map((dot) => dot.parentElement.textContent.trim().replace(/\\s+/g, " ").slice(0, 80))"""


def dots_first(page: Page) -> list[str]:
    """The lines that begin with the dot between two parts."""
    found: list[str] = page.evaluate(DOTS_FIRST)
    return found
