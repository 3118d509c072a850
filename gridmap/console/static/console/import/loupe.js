/* The chosen fault enlarged: which border is whose, where the map itself shows less than a pixel. */
/* global L */

import { drawnMap, viewOf } from "./map.js";
import { layerOf } from "./shapes.js";

const MOST_ZOOM = 28;
const ASIDE = 48;
const EQUATOR = 40075016.686;
/* A strip of fewer pixels is a line to the eye; enlarged, it is so many wide. */
const THIN = 8;
const STRIP = 32;

/* A power of two, so that it can be said: the fault just fits, or if it is a thin strip, its width does. */
function factorFor(box, map, fault) {
  const { zoom } = viewOf(box, L.geoJSON(fault.shape).getBounds(), { padding: 20, snap: 1e-6, most: MOST_ZOOM });
  const metrePixels = 256 * 2 ** zoom / (EQUATOR * Math.cos((fault.at[1] * Math.PI) / 180));
  const width = fault.width_m * metrePixels;
  const wanted = width && width < THIN ? zoom + Math.log2(STRIP / width) : zoom;
  return 2 ** Math.max(Math.floor(Math.min(wanted, MOST_ZOOM) - map.getZoom()), 1);
}

export function makeLoupe(element, { leaflet }, picture, { words, isEnglish }) {
  const box = element.querySelector(".loupe__map");
  let loupe = null;
  let drawn = null;
  let shown = null;
  const one = (name) => element.querySelector(`[data-value=${name}]`);
  const called = ([chinese, english]) => (isEnglish && english ? english : chinese);
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  function open(center, zoom) {
    loupe = drawnMap(box, picture, {
      center, zoom, dragging: false, scrollWheelZoom: false, doubleClickZoom: false, boxZoom: false, keyboard: false,
      touchZoom: false, zoomSnap: 0, maxZoom: MOST_ZOOM, fadeAnimation: false, zoomAnimation: false,
    });
    drawn = L.featureGroup().addTo(loupe);
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
    const factor = factorFor(box, leaflet, fault);
    const center = [fault.at[1], fault.at[0]];
    const zoom = Math.min(leaflet.getZoom() + Math.log2(factor), MOST_ZOOM);
    if (loupe) loupe.setView(center, zoom, { animate: false });
    else open(center, zoom);
    drawn.clearLayers();
    drawn.addLayer(layerOf(fault, { weight: fault.near.length ? 0 : 1.5 }));
    for (const border of borders(fault)) drawn.addLayer(border);
    caption(fault, factor);
    stepAside(fault);
  }

  /* The loupe never lies over what it enlarges, and over as few others as can be. */
  function stepAside(fault) {
    const size = leaflet.getSize();
    const [width, height] = [element.offsetWidth + ASIDE, element.offsetHeight + ASIDE];
    const hidden = (isLeft) => picture.faults.reduce((sum, { number, at }) => {
      if (!at) return sum;
      const { x, y } = leaflet.latLngToContainerPoint([at[1], at[0]]);
      const isUnder = y > size.y - height && y < size.y && (isLeft ? x > 0 && x < width : x > size.x - width && x < size.x);
      return sum + (isUnder ? (number === fault.number ? 1000 : 1) : 0);
    }, 0);
    element.classList.toggle("loupe--left", hidden(true) < hidden(false));
  }

  leaflet.on("zoomend", () => show(shown));
  leaflet.on("moveend", () => { if (shown?.at) stepAside(shown); });
  return { show };
}
