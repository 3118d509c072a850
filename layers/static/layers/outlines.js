/* Where something keeps coming back: a line over a halo and a numbered disc; solid is confirmed, dashed is a candidate. */

import { paper } from "./paper.js";
import { shape } from "./shapes.js";
import { setType, write } from "./labels.js";

const DISC = 11;
const TOUCH = 22;
/* What is smaller than this on the screen shows its disc alone. */
const SMALL = 12;
const DASHES = [6, 4];

/**
 * A layer of numbered outlines. `show(features)`: GeoJSON with the properties code, rank, name, confirmed;
 * `choose(code)` rings one; `at([x, y])` is the code whose disc lies there (units of the paper), or "".
 */
export function outlines({ origin, colour, pane }) {
  let places = [];
  let chosen = "";
  let view = null;
  const sheet = paper(origin, (next) => {
    view = next;
    // The first of the list lies on top.
    for (const place of places.toReversed()) paintPlace(view, place, place.code === chosen, colour);
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
    at: (point) => (view && places.find((place) => isHit(view, place, point))?.code) ?? "",
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

function isHit(view, place, [x, y]) {
  const [right, down] = middle(place);
  return Math.hypot(x - right, y - down) * view.scale <= TOUCH;
}

function paintPlace(view, place, isChosen, colour) {
  const { context } = view;
  if (isLarge(view, place)) paintLine(view, place, isChosen, colour);
  const [x, y] = view.toPixel(middle(place));
  view.inPixels();
  if (isChosen) paintCircle(context, x, y, DISC + 6, { fill: colour("m-halo"), line: colour("m-sel"), width: 3 });
  const style = place.confirmed
    ? { fill: colour("ink"), line: colour("ink-inv"), width: 2 }
    : { fill: colour("surface"), line: colour("ink"), width: 1.5, dashes: [3, 2.5] };
  paintCircle(context, x, y, DISC, style);
  setType(view, 12, 600);
  write(view, String(place.rank), x, y + 0.5, colour(place.confirmed ? "ink-inv" : "ink"));
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
