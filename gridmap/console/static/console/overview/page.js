/* The city: the list walks through the areas, the map shows where, one click tells who answers. */

import { create } from "../../layers/basemap.js";
import { describe } from "./identified.js";

const one = (selector) => document.querySelector(selector);
const phone = matchMedia("(max-width: 639px)");
const element = one("#map");
const areas = one("#areas");
const card = one("#identify");
const seesPeople = "people" in areas.dataset;

const base = create(element);
const { map } = base;
const margins = () => (phone.matches ? [16, 16] : [40, 40]);

function fit() {
  const [west, south, east, north] = JSON.parse(areas.dataset.bounds);
  if (west === null) return;
  map.fitBounds([[south, west], [north, east]], { padding: margins() });
}

/* What is here */

let asked = 0;

async function identify(lon, lat) {
  const number = (asked += 1);
  base.mark([lat, lon]);
  const parts = await ask(lon, lat);
  // A slower answer to an earlier click must not replace a later one.
  if (number === asked) show(parts);
}

async function ask(lon, lat) {
  try {
    const answer = await fetch(`${element.dataset.identify}?lon=${lon.toFixed(6)}&lat=${lat.toFixed(6)}`);
    if (answer.status === 404) return "outside";
    if (!answer.ok) return "failed";
    return describe(await answer.json(), { seesPeople });
  } catch {
    return "failed";
  }
}

function show(parts) {
  card.hidden = false;
  one("#identified").replaceChildren(...(Array.isArray(parts) ? parts : []));
  for (const sentence of card.querySelectorAll(":scope > [data-when]")) {
    sentence.hidden = sentence.dataset.when !== parts;
  }
}

function close() {
  asked += 1;
  card.hidden = true;
  base.mark(null);
}

function goTo(row) {
  const [lon, lat] = [Number(row.dataset.lon), Number(row.dataset.lat)];
  for (const other of areas.querySelectorAll("[data-lon]")) other.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
  map.setView([lat, lon], Math.max(map.getZoom(), 16));
  identify(lon, lat);
}

/* Buttons and keys */

const rows = () => [...areas.querySelectorAll(".item__main, .areas__link")];

function step(by) {
  const seen = rows();
  const next = seen.indexOf(document.activeElement) + by;
  seen[Math.max(0, Math.min(seen.length - 1, next))]?.focus();
}

const actions = { "zoom-in": () => map.zoomIn(), "zoom-out": () => map.zoomOut(), fit, close };
const keys = { "/": () => one("#search").focus(), j: () => step(1), k: () => step(-1), Escape: close };

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-action]");
  if (button) actions[button.dataset.action]();
  const row = target.closest("[data-lon]");
  if (row && target.closest("button")) goTo(row);
});

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.matches("input") && event.key !== "Escape";
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});

map.on("click", ({ latlng }) => identify(latlng.lng, latlng.lat));
fit();
