/* The city: the list walks through the areas, the map shows where, one click tells who answers. */

/* global L */

import { create } from "../../layers/basemap.js";
import { describe } from "./identified.js";

const one = (selector) => document.querySelector(selector);
const phone = matchMedia("(max-width: 639px)");
const element = one("#map");
const areas = one("#areas");
const card = one("#identify");
const seesPeople = "people" in areas.dataset;

const margin = phone.matches ? 16 : 40;
const base = create(element, firstView());
const { map } = base;

function bounds() {
  const corners = JSON.parse(areas.dataset.bounds);
  if (!corners) return null;
  const [west, south, east, north] = corners;
  return L.latLngBounds([south, west], [north, east]);
}

/* Known before the map is made, so that no tile is asked for in vain. */
function firstView() {
  const shown = bounds();
  if (!shown) return {};
  const [from, to] = [shown.getNorthWest(), shown.getSouthEast()].map((corner) => L.CRS.EPSG3857.latLngToPoint(corner, 0));
  const room = Math.min(
    (element.clientWidth - 2 * margin) / (to.x - from.x),
    (element.clientHeight - 2 * margin) / (to.y - from.y),
  );
  return { center: shown.getCenter(), zoom: Math.max(9, Math.min(18, Math.floor(Math.log2(room)))) };
}

function fit() {
  const shown = bounds();
  if (shown) map.fitBounds(shown, { padding: [margin, margin] });
}

/* The area whose parts the list shows */

function drawOutline() {
  const outline = JSON.parse(one("#outline").textContent);
  if (!outline) return;
  const halo = L.geoJSON(outline, { interactive: false }).addTo(map);
  const line = L.geoJSON(outline, { interactive: false }).addTo(map);
  const paint = () => {
    halo.setStyle({ color: base.colour("m-halo"), weight: 6, fill: false });
    line.setStyle({ color: base.colour("m-mine"), weight: 2.4, fillColor: base.colour("m-mine"), fillOpacity: 0.03 });
  };
  paint();
  // After the colours of the ground have been read anew.
  new MutationObserver(paint).observe(document.documentElement, { attributeFilter: ["data-theme"] });
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
  // On a phone the list has been scrolled over the map.
  one("#main").scrollTo({ top: 0 });
  map.setView([lat, lon], Math.max(map.getZoom(), 16));
  identify(lon, lat);
}

/* Cases: what draws them comes when somebody first asks for them */

let cases = null;

async function showCases(act) {
  cases ??= import("./cases.js").then(({ watchCases }) => watchCases(base));
  try {
    act(await cases);
  } catch {
    cases = null;
    one("#cases-told").textContent = JSON.parse(one("#cases-words").textContent).refused;
  }
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
  const period = target.closest("#cases [data-period]")?.dataset.period;
  if (period !== undefined && (period || cases)) showCases(({ choose }) => choose(period));
});

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.matches("input") && event.key !== "Escape";
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});

drawOutline();
if (one("#cases") && new URLSearchParams(location.search).has("cases")) showCases(() => {});
map.on("click", ({ latlng }) => identify(latlng.lng, latlng.lat));
