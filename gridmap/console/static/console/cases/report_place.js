/* Where a report is about: map, words and near cases always speak of the same place. */
/* global L */

import { palette } from "../../layers/paint.js";
import { fromUnits, paper, toUnits, stretch, UNIT } from "../../layers/paper.js";
import { drawAround, readAround } from "./around.js";

const NEAR_M = 200;
const MOST_NEAR = 3;
/* A point that lies in no building belongs to the nearest one within so many metres, as in the intake. */
const BESIDE_M = 30;
const ZOOM = 17.4;
const scratch = document.createElement("canvas").getContext("2d");

export function makePlace(form, { onSame, onPlace }) {
  const one = (selector) => form.querySelector(selector);
  const field = (name) => form.elements[name];
  const element = one("#map");
  const colour = palette();
  const scene = { around: null, building: null, pins: [], over: drawPlace };
  let map = null;
  let sheet = null;
  let spot = null;
  let isMine = false;
  let title = "";

  async function load(latlng) {
    try {
      const answer = await fetch(`${form.dataset.around}?lon=${latlng.lng.toFixed(6)}&lat=${latlng.lat.toFixed(6)}`);
      if (!answer.ok) return;
      scene.around = readAround(await answer.json());
    } catch {
      // Without a network there is no paper; the place is sent all the same.
      return;
    }
    lay(latlng);
    describe();
    form.dataset.drawn = "drawn";
  }

  function lay(latlng) {
    const { origin, size } = scene.around;
    if (!map) {
      map = L.map(element, { zoomControl: false, attributionControl: false, zoomSnap: 0, minZoom: 15, maxZoom: 20 });
      map.on("click", (event) => set({ latlng: event.latlng }));
      map.setView(latlng, ZOOM);
      new MutationObserver(() => { colour.refresh(); sheet?.repaint(); })
        .observe(document.documentElement, { attributeFilter: ["data-theme"] });
    }
    map.setMaxBounds(L.latLngBounds(fromUnits([0, 0], origin), fromUnits(size, origin)));
    sheet?.remove();
    sheet = paper(origin, (view) => drawAround(view, scene, colour));
    sheet.addTo(map);
  }

  /** A place that was found (`accuracy` in metres) or pointed at. */
  function set({ latlng, accuracy, heading }) {
    spot = { latlng: L.latLng(latlng), accuracy, heading };
    field("lon").value = spot.latlng.lng.toFixed(7);
    field("lat").value = spot.latlng.lat.toFixed(7);
    field("accuracy_m").value = accuracy ? accuracy.toFixed(1) : "";
    field("datum").value = accuracy ? "wgs84" : "cgcs2000";
    one("[data-when=pointing]").hidden = true;
    element.classList.remove("is-pointing");
    if (!scene.around || isAtEdge()) load(spot.latlng);
    else describe();
    if (map && accuracy) map.panTo(spot.latlng, { animate: false });
  }

  function isAtEdge() {
    const [x, y] = toUnits(spot.latlng, scene.around.origin);
    const [width, height] = scene.around.size;
    return Math.min(x, y, width - x, height - y) < width / 5;
  }

  function describe() {
    if (!spot) return sheet?.repaint();
    const at = scene.around ? toUnits(spot.latlng, scene.around.origin) : null;
    const building = at && buildingAt(scene.around, at);
    const cell = at && scene.around.cells.find(holds(at));
    const community = at && scene.around.communities.find(holds(at));
    scene.building = building?.id ?? null;
    isMine = Boolean(cell);
    title = building?.name ?? cell?.name ?? community?.name ?? "";
    const lat = spot.latlng.lat.toFixed(5);
    const place = one("#place");
    place.textContent = title || `${spot.latlng.lng.toFixed(5)}, ${lat}`;
    if (building?.lang || (!building && title)) place.lang = building?.lang ?? "zh-Hans";
    else place.removeAttribute("lang");
    say(cell ? "inside" : at ? "outside" : "unknown", { community: cell?.community, cell: cell?.number });
    showNear(at);
    sheet?.repaint();
    return onPlace();
  }

  /* The sentences are in the page, in its language; here only names and numbers are filled in. */
  function say(state, values = {}) {
    const accuracy = spot?.accuracy;
    for (const words of one("#place-note").querySelectorAll("[data-when]")) {
      words.hidden = words.dataset.when !== state && !(words.dataset.when === "accuracy" && accuracy);
      for (const gap of words.querySelectorAll("[data-value]")) {
        gap.textContent = { ...values, accuracy: accuracy && Math.round(accuracy) }[gap.dataset.value] ?? "";
      }
    }
  }

  function showNear(at) {
    const metres = (other) => (Math.hypot(other[0] - at[0], other[1] - at[1]) * UNIT) / stretch(scene.around.origin);
    const near = at ? scene.around.cases.map((one) => ({ ...one, metres: metres(one.at) })) : [];
    const rows = near.filter((one) => one.metres <= NEAR_M).sort((a, b) => a.metres - b.metres).slice(0, MOST_NEAR);
    one("#near").hidden = !rows.length;
    one("#near ul").replaceChildren(...rows.map(nearRow));
  }

  function nearRow(near) {
    const row = document.querySelector("#near-case").content.cloneNode(true);
    row.querySelector("[data-title]").textContent = near.title;
    row.querySelector("[data-place]").textContent = near.place;
    row.querySelector("[data-topic]").textContent = near.topic_name;
    row.querySelector("[data-open]").href = `/cases/${near.code}/`;
    row.querySelector("[data-same]").addEventListener("click", () => onSame(near));
    return row;
  }

  /* The pin, and around it how far it may be off. */
  function drawPlace(view) {
    if (!spot) return;
    const { context } = view;
    view.inPixels();
    const [x, y] = view.toPixel(toUnits(spot.latlng, scene.around.origin));
    if (spot.accuracy) {
      context.globalAlpha = 0.16;
      context.fillStyle = colour("m-me");
      disc(context, x, y, spot.accuracy * view.metre);
      context.globalAlpha = 1;
    }
    context.fillStyle = colour("red");
    context.strokeStyle = colour("surface");
    context.lineWidth = 2.5;
    context.beginPath();
    context.moveTo(x, y);
    context.bezierCurveTo(x - 4, y - 7, x - 13, y - 15, x - 13, y - 25);
    context.arc(x, y - 25, 13, Math.PI, 0);
    context.bezierCurveTo(x + 13, y - 15, x + 4, y - 7, x, y);
    context.fill();
    context.stroke();
    context.fillStyle = colour("surface");
    disc(context, x, y - 25, 4.5);
  }

  /** What the device says of its position. */
  function found({ state, latlng, accuracy, heading }) {
    const refusal = one("#refusal");
    refusal.hidden = (state !== "denied" && state !== "failed") || Boolean(spot);
    refusal.dataset.state = state;
    if (state === "known") set({ latlng, accuracy, heading });
    else if (!spot) say(state === "asking" ? "asking" : "none");
  }

  function point() {
    one("[data-when=pointing]").hidden = false;
    element.classList.add("is-pointing");
    element.focus();
  }

  // From the keyboard the middle of the map is the place.
  element.addEventListener("keydown", ({ key }) => { if (key === "Enter" && map) set({ latlng: map.getCenter() }); });
  const { lon, lat } = form.dataset;
  const sent = [field("lon").value, field("lat").value].map(Number);
  // Leaflet is deferred like this module and stands before it.
  if (field("lon").value) set({ latlng: { lng: sent[0], lat: sent[1] } });
  else if (lon) load(L.latLng(Number(lat), Number(lon)));

  return {
    found,
    point,
    resize: () => map?.invalidateSize({ pan: false }),
    get isMine() { return isMine; },
    get title() { return title; },
    get isSet() { return Boolean(spot); },
  };
}

function holds([x, y]) {
  return ({ shape }) => scratch.isPointInPath(shape, x, y, "evenodd");
}

function buildingAt(around, at) {
  const reach = (BESIDE_M * stretch(around.origin)) / UNIT;
  const inside = around.buildings.find(holds(at));
  if (inside) return inside;
  const distance = ({ at: [x, y] }) => Math.hypot(x - at[0], y - at[1]);
  const nearest = around.buildings.reduce((best, one) => (!best || distance(one) < distance(best) ? one : best), null);
  return nearest && distance(nearest) < reach ? nearest : undefined;
}

function disc(context, x, y, radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}
