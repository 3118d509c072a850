"""A browser on a slow processor that notes when a page has drawn what, and what came over the wire."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page

from tests.journeys.visits import DESK

SLOWER = 4
PATIENCE_MS = 90_000
# What a page does is told by itself: `step` and `drawn` are its own measures. The message after a frame's script comes when
# the frame is laid out and painted. Of a step: from the event until its listeners were called, until they had ended, the
# script of the frame, the frame with style, layout and paint, and from the event to the end of the frame.
NOTES = """
(() => {
  const noted = { steps: [], tasks: [], picture: 0, asked: 0, settled: 0, figures: 0 };
  Object.defineProperty(window, "noted", { value: noted });
  const last = { stamp: 0, came: 0, left: 0 };
  const afterTask = (act) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = act;
    port2.postMessage(0);
  };
  const afterFrame = (act) => requestAnimationFrame(() => afterTask(act));
  window.frameDone = () => new Promise((done) => afterFrame(() => done(performance.now())));
  for (const kind of ["keydown", "pointermove"]) {
    addEventListener(kind, ({ timeStamp }) => Object.assign(last, { stamp: timeStamp, came: performance.now() }), true);
    addEventListener(kind, () => { last.left = performance.now(); });
  }
  addEventListener("change", () => { noted.asked = performance.now(); }, true);
  document.addEventListener("htmx:afterSettle", ({ target }) => {
    if (target.id === "situation") afterFrame(() => { noted.figures = performance.now(); });
  });
  const measure = performance.measure.bind(performance);
  let drawn = null;
  performance.measure = (name, options) => {
    const entry = measure(name, options);
    if (name === "drawn") drawn = entry;
    if (name === "step") {
      const isByHand = last.came <= entry.startTime && entry.startTime <= last.left;
      const event = isByHand ? { ...last } : { stamp: entry.startTime, came: entry.startTime, left: entry.startTime };
      const { startTime, duration } = drawn;
      afterTask(() => {
        const now = performance.now();
        noted.steps.push({
          wait: event.came - event.stamp, handler: event.left - event.came, script: duration, frame: now - startTime, whole: now - event.stamp,
        });
      });
    }
    return entry;
  };
  new MutationObserver((changes) => {
    for (const { attributeName, target } of changes) {
      if (attributeName === "data-picture" && !noted.picture) afterFrame(() => { noted.picture ||= performance.now(); });
      if (attributeName === "aria-busy" && target.id === "command" && !target.hasAttribute("aria-busy")) {
        afterFrame(() => { noted.settled = performance.now(); });
      }
    }
  }).observe(document, { subtree: true, attributes: true, attributeFilter: ["data-picture", "aria-busy"] });
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) noted.tasks.push([startTime, duration]);
  }).observe({ type: "longtask", buffered: true });
})();
"""
FRAME = "frameDone()"
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
ANSWERED = "performance.getEntriesByType('navigation')[0].responseEnd"


@dataclass
class Wire:
    """Bytes that came since it was last emptied: of documents, and of all else."""

    documents: int = 0
    others: int = 0
    names: dict[str, str] = field(default_factory=dict)

    def forget(self) -> None:
        self.documents = self.others = 0
        self.names.clear()

    def listen(self, session: CDPSession) -> None:
        session.on("Network.responseReceived", self._note)
        session.on("Network.loadingFinished", self._add)
        session.send("Network.enable")

    def _note(self, told: dict[str, Any]) -> None:
        self.names[told["requestId"]] = told["type"]

    def _add(self, told: dict[str, Any]) -> None:
        if self.names.get(told["requestId"]) == "Document":
            self.documents += told["encodedDataLength"]
        else:
            self.others += told["encodedDataLength"]


@dataclass
class Looker:
    """One window of one person."""

    page: Page
    session: CDPSession
    wire: Wire

    def note(self, name: str) -> float:
        """Milliseconds since the page was asked for, or 0."""
        return float(self.page.evaluate(f"noted.{name}"))

    def until(self, is_so: Callable[[], bool]) -> None:
        for _ in range(PATIENCE_MS // 50):
            if is_so():
                return
            self.page.wait_for_timeout(50)
        raise AssertionError("the page did not get there")

    def open(self, address: str) -> dict[str, float]:
        """When a page had come, had painted anything, and had drawn its counts; then all is quiet."""
        self.wire.forget()
        self.page.goto(address, wait_until="commit")
        self.until(lambda: bool(self.page.evaluate("window.noted?.picture ?? 0")))
        self.until(lambda: bool(self.page.evaluate(PAINTED)))
        self.page.wait_for_load_state("networkidle")
        return {
            "answered": float(self.page.evaluate(ANSWERED)),
            "painted": float(self.page.evaluate(PAINTED)),
            "picture": self.note("picture"),
        }

    def frame(self) -> None:
        self.page.evaluate(FRAME)

    def steps(self) -> list[dict[str, float]]:
        """Those since the last time that somebody asked."""
        self.frame()
        found: list[dict[str, float]] = self.page.evaluate("noted.steps.splice(0)")
        return found

    def heap(self) -> int:
        """Bytes of script objects that are in use."""
        self.session.send("HeapProfiler.collectGarbage")
        told = self.session.send("Runtime.getHeapUsage")
        return int(told["usedSize"])


@contextmanager
def looking(browser: Browser, cookie: str, address: str) -> Iterator[Looker]:
    """A window with an empty cache."""
    context = browser.new_context(**DESK)  # type: ignore[arg-type]
    name, _, value = cookie.partition("=")
    context.add_cookies([{"name": name, "value": value, "url": address}])
    context.add_init_script(NOTES)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    wire = Wire()
    wire.listen(session)
    try:
        yield Looker(page, session, wire)
    finally:
        context.close()
