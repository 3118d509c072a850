/* Where something keeps coming back: a line over a halo and a numbered disc; solid is confirmed, dashed is a candidate. */

import { paper } from "./paper.js";
import { shape } from "./shapes.js";
import { setType, write } from "./labels.js";

const DISC = 11;
const TOUCH = 22;
/* So far apart that no disc lies on another; where two would, the later one goes aside. */
const APART = 2 * DISC + 3;
const RINGS = [1, 2, 3];
const DIRECTIONS = [0, 4, 2, 6, 1, 7, 3, 5].map((eighth) => (eighth * Math.PI) / 4);
/* What is smaller than this on the screen shows its disc alone. */
const SMALL = 12;
const DASHES = [6, 4];

/**
 * Where discs go (pixels): each to its own middle, or to the first spot around it that is free of those before it.
 */
export function apart(middles) {
  const taken = [];
  const isFree = ([x, y]) => taken.every(([left, top]) => Math.hypot(x - left, y - top) >= APART - 1e-6);
  for (const middle of middles) taken.push([middle, ...around(middle)].find(isFree) ?? middle);
  return taken;
}

function around([x, y]) {
  return RINGS.flatMap((ring) => DIRECTIONS.map((turn) => [x + ring * APART * Math.cos(turn), y - ring * APART * Math.sin(turn)]));
}

/**
 * A layer of numbered outlines. `show(features)`: GeoJSON with the properties code, rank, name, confirmed;
 * `choose(code)` rings one; `at([x, y])` is the code whose disc lies there (units of the paper), or "".
 */
export function outlines({ origin, colour, pane }) {
  let places = [];
  let chosen = "";
  let view = null;
  let discs = [];
  const sheet = paper(origin, (next) => {
    view = next;
    discs = apart(places.map((place) => view.toPixel(middle(place))));
    // The first of the list lies on top.
    for (const place of places.toReversed()) if (isLarge(view, place)) paintLine(view, place, place.code === chosen, colour);
    for (const [n, place] of [...places.entries()].toReversed()) paintDisc(view, place, discs[n], place.code === chosen, colour);
  }, { pane });
  return {
    addTo(map) {
      sheet.addTo(map);
      return this;
    },
    show(features) {
      places = features.map(({ properties, geometry }) => ({ ...properties, ...shape(geometry, origin) }));
      sheet.repaint();
    },
    choose(code) {
      if (code === chosen) return;
      chosen = code;
      sheet.repaint();
    },
    repaint: () => sheet.repaint(),
    at: (point) => (view && places[nearest(discs, view.toPixel(point))]?.code) ?? "",
    nameOf: (code) => places.find((place) => place.code === code)?.name,
    boxOf: (code) => places.find((place) => place.code === code)?.box,
  };
}

function middle({ box: [left, top, right, bottom] }) {
  return [(left + right) / 2, (top + bottom) / 2];
}

function isLarge({ scale }, { box: [left, top, right, bottom] }) {
  return Math.max(right - left, bottom - top) * scale > SMALL;
}

/* The number of the disc that is touched there, -1 for none. */
function nearest(discs, [x, y]) {
  const far = discs.map(([left, top]) => Math.hypot(x - left, y - top));
  const least = Math.min(...far);
  return least <= TOUCH ? far.indexOf(least) : -1;
}

function paintDisc(view, place, [x, y], isChosen, colour) {
  const { context } = view;
  view.inPixels();
  paintLead(context, view.toPixel(middle(place)), [x, y], colour);
  if (isChosen) paintCircle(context, x, y, DISC + 6, { fill: colour("m-halo"), line: colour("m-sel"), width: 3 });
  const style = place.confirmed
    ? { fill: colour("ink"), line: colour("ink-inv"), width: 2 }
    : { fill: colour("surface"), line: colour("ink"), width: 1.5, dashes: [3, 2.5] };
  paintCircle(context, x, y, DISC, style);
  setType(view, 12, 600);
  write(view, String(place.rank), x, y + 0.5, colour(place.confirmed ? "ink-inv" : "ink"));
}

/* From the middle of the place to a disc that went aside. */
function paintLead(context, from, to, colour) {
  if (from[0] === to[0] && from[1] === to[1]) return;
  for (const [line, width] of [["m-halo", 4], ["ink", 1.5]]) {
    context.beginPath();
    context.moveTo(...from);
    context.lineTo(...to);
    context.strokeStyle = colour(line);
    context.lineWidth = width;
    context.stroke();
  }
}

function paintLine(view, { path, confirmed }, isChosen, colour) {
  const { context } = view;
  view.inUnits();
  context.lineJoin = context.lineCap = "round";
  context.strokeStyle = colour("m-halo");
  context.lineWidth = view.px(isChosen ? 8 : 5);
  context.stroke(path);
  context.lineCap = "butt";
  context.strokeStyle = colour(isChosen ? "m-sel" : "ink");
  context.lineWidth = view.px(isChosen ? 3 : 2);
  if (!confirmed) context.setLineDash(DASHES.map(view.px));
  context.stroke(path);
  context.setLineDash([]);
}

function paintCircle(context, x, y, radius, { fill, line, width, dashes = [] }) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = fill;
  context.fill();
  context.setLineDash(dashes);
  context.strokeStyle = line;
  context.lineWidth = width;
  context.stroke();
  context.setLineDash([]);
}
