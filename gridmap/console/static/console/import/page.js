/* Faults or changes: map and list always speak of the same thing. */

import { makeDiscs } from "./discs.js";
import { makeLoupe } from "./loupe.js";
import { makeMap } from "./map.js";
import { makeShapes } from "./shapes.js";

const one = (selector) => document.querySelector(selector);
const element = one("#map");
const words = JSON.parse(one("#words").textContent);
const isEnglish = Boolean(element.dataset.english);

const answer = await fetch(element.dataset.picture);
const picture = await answer.json();
const map = makeMap(element, picture);
const shapes = makeShapes(map, picture.faults);
const discs = makeDiscs(map, picture.faults, (number) => select(number));
const loupe = makeLoupe(one("#loupe"), map, picture, { words, isEnglish });
let selected = null;

/* Faults */

const rowOf = (number) => one(`.fault[data-number="${number}"]`);
const faultOf = (number) => picture.faults.find((fault) => fault.number === number);

function mark(row) {
  for (const other of document.querySelectorAll("[aria-current=true]")) other.removeAttribute("aria-current");
  row?.setAttribute("aria-current", "true");
}

/* The list is longer than what is loaded of it: a fault chosen on the map may lie further down. */
async function loadedRow(number) {
  let more = one("#more");
  while (!rowOf(number) && more) {
    const loaded = new Promise((resolve) => { document.addEventListener("htmx:afterSettle", resolve, { once: true }); });
    more.click();
    await loaded;
    more = one("#more");
  }
  return rowOf(number);
}

async function select(number, { move = false } = {}) {
  selected = number;
  shapes.select(number);
  discs.select(number);
  loupe.show(faultOf(number));
  if (move) show(faultOf(number));
  const row = await loadedRow(number);
  mark(row);
  row?.scrollIntoView({ block: "nearest" });
  one("#selected").textContent = row?.querySelector(".fault__title").textContent ?? "";
}

function show(fault) {
  if (fault) map.reveal(fault);
}

/* Changes */

function point(row) {
  const [lon, lat] = row.dataset.place.split(",").map(Number);
  mark(row);
  map.point([lat, lon]);
  one("#selected").textContent = row.querySelector(".b").textContent;
}

/* Pointer and keys */

document.addEventListener("click", ({ target }) => {
  const row = target.closest(".fault[data-number], .change[data-place]");
  if (row?.dataset.number) select(Number(row.dataset.number), { move: true });
  else if (row) point(row);
});

const actions = { "zoom-in": () => map.leaflet.zoomIn(), "zoom-out": () => map.leaflet.zoomOut(), fit: () => map.fit() };
for (const button of document.querySelectorAll("[data-action]")) {
  button.addEventListener("click", actions[button.dataset.action]);
}

function step(by) {
  const rows = [...document.querySelectorAll(".fault[data-number], .change[data-place]")];
  const now = rows.findIndex((row) => row.getAttribute("aria-current") === "true");
  const next = rows[Math.min(Math.max(now + by, 0), rows.length - 1)];
  next?.querySelector("button")?.focus();
  next?.click();
}

const keys = { j: () => step(1), k: () => step(-1), Escape: () => map.fit() };
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});

if (picture.faults.length) select(picture.faults[0].number);
document.documentElement.dataset.picture = "ready";
