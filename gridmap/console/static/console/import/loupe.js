/* The chosen fault enlarged: which border is whose, where the map itself shows less than a pixel. */
/* global L */

import { addGround } from "./map.js";
import { layerOf } from "./shapes.js";

const LEAST = 2;
const MOST_ZOOM = 28;
/* The fault fills this share of the loupe, so that its surroundings stay in sight. */
const SHARE = 0.7;

function factorFor(loupe, map, bounds) {
  const wanted = loupe.getBoundsZoom(bounds) + Math.log2(SHARE);
  const steps = Math.floor(wanted - map.getZoom());
  return 2 ** Math.max(steps, 1);
}

export function makeLoupe(element, { leaflet }, picture, { words, isEnglish }) {
  let loupe = null;
  let drawn = null;
  let shown = null;
  const one = (name) => element.querySelector(`[data-value=${name}]`);
  const called = ([chinese, english]) => (isEnglish && english ? english : chinese);
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  function open() {
    loupe = L.map(element.querySelector(".loupe__map"), {
      zoomControl: false, attributionControl: false, dragging: false, scrollWheelZoom: false, doubleClickZoom: false,
      boxZoom: false, keyboard: false, touchZoom: false, zoomSnap: 0, maxZoom: MOST_ZOOM, fadeAnimation: false, zoomAnimation: false,
    });
    drawn = L.featureGroup();
  }

  /* The first border is solid, the second dashed, as the caption says. */
  function borders(fault) {
    return fault.near.map(({ line }, order) => L.geoJSON(line, {
      interactive: false,
      style: { className: order ? "near near--second" : "near", weight: 2, fill: false },
    }));
  }

  function caption(fault, factor) {
    const values = { number: fault.number, factor: factor.toLocaleString() };
    const sides = fault.near.map(({ label }, order) => fill(order ? words.dashed : words.solid, { name: called(label) }));
    one("number").textContent = fill(words.problem, values);
    one("number").className = `ink--${fault.kind}`;
    one("text").textContent = fill(words.enlarged, values) + (sides.length ? words.then + sides.join(words.and) : "");
  }

  function show(fault) {
    shown = fault;
    element.hidden = !fault?.shape;
    if (element.hidden) return;
    const isNew = !loupe;
    if (isNew) open();
    const shape = L.geoJSON(fault.shape);
    const bounds = shape.getBounds();
    loupe.invalidateSize({ animate: false });
    loupe.setView([fault.at[1], fault.at[0]], leaflet.getZoom(), { animate: false });
    const factor = factorFor(loupe, leaflet, bounds);
    element.hidden = factor < LEAST;
    loupe.setView([fault.at[1], fault.at[0]], Math.min(leaflet.getZoom() + Math.log2(factor), MOST_ZOOM), { animate: false });
    if (isNew) {
      addGround(loupe, picture);
      drawn.addTo(loupe);
    }
    drawn.clearLayers();
    drawn.addLayer(layerOf(fault, { weight: fault.near.length ? 0 : 1.5 }));
    for (const border of borders(fault)) drawn.addLayer(border);
    caption(fault, factor);
  }

  leaflet.on("zoomend", () => show(shown));
  return { show };
}
