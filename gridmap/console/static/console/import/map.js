/* The map of an import: the paper of the city, and on it the borders of the file. */
/* global L */

import { colours, fromUnits, paper } from "../../layers/paper.js";

const still = matchMedia("(prefers-reduced-motion: reduce)");
/* A fault fills at most this share of the map when it is shown. */
const CLOSE = 17;

/** What is drawn of a picture on any map: the loupe shows the same ground. */
export function addGround(leaflet, picture) {
  const lines = ["cells", "parents", "closed", "opened"].filter((name) => picture[name])
    .map((name) => [name, new Path2D(picture[name])]);
  const sheet = paper(picture.origin, (view) => drawLines(view, lines, colours()));
  sheet.addTo(leaflet);
  new MutationObserver(() => sheet.repaint())
    .observe(document.documentElement, { attributeFilter: ["data-theme"] });
  return sheet;
}

const STYLES = {
  cells: { colour: "pri", width: 1, opacity: 0.5, fill: 0.35 },
  parents: { colour: "pri", width: 1.6, opacity: 0.9 },
  closed: { colour: "ink-3", width: 1.4, opacity: 0.9, dashes: [4, 3] },
  opened: { colour: "pri", width: 2.2, opacity: 1 },
};

function drawLines(view, lines, colour) {
  const { context } = view;
  view.inUnits();
  context.lineJoin = "round";
  for (const [name, path] of lines) {
    const style = STYLES[name];
    if (style.fill) {
      context.globalAlpha = style.fill;
      context.fillStyle = colour.surface;
      context.fill(path, "evenodd");
    }
    context.globalAlpha = style.opacity;
    context.strokeStyle = colour[style.colour];
    context.lineWidth = view.px(style.width);
    context.setLineDash((style.dashes ?? []).map(view.px));
    context.stroke(path);
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
}

export function makeMap(element, picture) {
  const leaflet = L.map(element, {
    zoomControl: false, attributionControl: false, zoomSnap: 0.25, zoomDelta: 1, maxZoom: 24,
  });
  const fit = () => leaflet.fitBounds(picture.focus ?? picture.bounds, { padding: [24, 24], animate: false });
  fit();
  addGround(leaflet, picture);
  let pin = null;
  const animate = () => ({ animate: !still.matches, duration: 0.4 });

  return {
    leaflet,
    fit,
    /** Moves so that a fault and what lies around it are seen. */
    reveal: ({ at }) => leaflet.flyTo([at[1], at[0]], Math.max(leaflet.getZoom(), CLOSE - 2), animate()),
    /** Marks a place. */
    point: (at) => {
      pin ??= L.marker(at, { icon: L.divIcon({ className: "ring", iconSize: [28, 28] }), keyboard: false, interactive: false }).addTo(leaflet);
      pin.setLatLng(at);
      leaflet.flyTo(at, Math.max(leaflet.getZoom(), CLOSE), animate());
    },
  };
}
