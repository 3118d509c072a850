/* The map of an import: the paper of the city, and on it the borders of the file. */
/* global L */

import { create } from "../../layers/basemap.js";
import { palette } from "../../layers/paint.js";
import { paper } from "../../layers/paper.js";

const still = matchMedia("(prefers-reduced-motion: reduce)");
const CLOSE = 17;
const MOST_SIMPLE = 20;

/** A map over the city with the borders of the file; the loupe is one more of the same. */
export function drawnMap(element, picture, options) {
  // The registry's own lines would hide where the file's differ.
  const { map } = create(element, { without: ["cell_lines", "community_lines"], ...options });
  addLines(map, picture);
  return map;
}

function addLines(leaflet, picture) {
  const lines = ["cells", "parents", "closed", "opened"].filter((name) => picture[name])
    .map((name) => [name, new Path2D(picture[name])]);
  const colour = palette();
  const sheet = paper(picture.origin, (view) => drawLines(view, lines, colour));
  // A pane of its own, blended with the ground: names of places stay readable under a line.
  leaflet.createPane("lines").classList.add("pane-lines");
  L.setOptions(sheet, { pane: "lines" });
  sheet.addTo(leaflet);
  new MutationObserver(() => { colour.refresh(); sheet.repaint(); })
    .observe(document.documentElement, { attributeFilter: ["data-theme"] });
}

const STYLES = {
  cells: { colour: "pri", width: 1, opacity: 0.5 },
  parents: { colour: "pri", width: 1.6, opacity: 0.9 },
  closed: { colour: "ink-3", width: 1.4, opacity: 0.9, dashes: [4, 3] },
  opened: { colour: "pri", width: 2.2, opacity: 1 },
};

function drawLines(view, lines, colour) {
  // Simplified by a hand's breadth: closer up, exact borders are drawn instead.
  if (view.zoom > MOST_SIMPLE) return;
  const { context } = view;
  view.inUnits();
  context.lineJoin = "round";
  for (const [name, path] of lines) {
    const style = STYLES[name];
    context.globalAlpha = style.opacity;
    context.strokeStyle = colour(style.colour);
    context.lineWidth = view.px(style.width);
    context.setLineDash((style.dashes ?? []).map(view.px));
    context.stroke(path);
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
}

const PADDING = 48;

/* Known before a map is made, so that no tile is asked for in vain. */
export function viewOf(element, corners, { padding = PADDING, snap = 1, most = CLOSE } = {}) {
  const bounds = L.latLngBounds(corners);
  const [from, to] = [bounds.getNorthWest(), bounds.getSouthEast()].map((corner) => L.CRS.EPSG3857.latLngToPoint(corner, 0));
  const [width, height] = [element.clientWidth, element.clientHeight].map((size) => Math.max(size - 2 * padding, 1));
  const zoom = Math.log2(Math.min(width / (to.x - from.x), height / (to.y - from.y)));
  const center = L.CRS.EPSG3857.pointToLatLng(from.add(to).divideBy(2), 0);
  return { center, zoom: Math.min(Math.floor(zoom / snap) * snap, most) };
}

export function makeMap(element, picture) {
  const first = viewOf(element, picture.focus ?? picture.bounds);
  const leaflet = drawnMap(element, picture, first);
  const fit = () => {
    const { center, zoom } = viewOf(element, picture.focus ?? picture.bounds);
    leaflet.setView(center, zoom, { animate: false });
  };
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
