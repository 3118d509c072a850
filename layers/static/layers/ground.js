/* The paper under the cases: land, blocks, buildings, streets and lines, in the order of the design. */

import { FILLS, STREETS } from "./paint.js";
import { points } from "./paper.js";

/** What the server sent, with its paths made ready for drawing. */
export function readGround(data) {
  const grades = {};
  for (const street of data.streets) grades[street.grade] = `${grades[street.grade] ?? ""}${street.path}`;
  return {
    fills: FILLS.filter(([kind]) => data.fills[kind]).map(([kind, colour, opacity]) => [new Path2D(data.fills[kind]), colour, opacity]),
    streets: Object.fromEntries(Object.entries(grades).map(([grade, path]) => [grade, new Path2D(path)])),
    named: data.streets.filter((street) => street.name).map((street) => ({
      ...street, lines: points(street.path), upright: /\p{Script=Han}/u.test(street.name),
    })),
    buildings: new Path2D(data.buildings),
    cells: new Path2D(data.cells),
    communities: new Path2D(data.communities),
    landmarks: data.landmarks,
  };
}

export function drawLand(view, colour) {
  view.inPixels();
  view.context.fillStyle = colour("m-land");
  view.context.fillRect(0, 0, view.width, view.height);
}

export function drawGround(view, ground, colour) {
  const { context } = view;
  view.inUnits();
  for (const [path, name, opacity] of ground.fills) {
    context.fillStyle = colour(name);
    context.globalAlpha = opacity;
    context.fill(path, "evenodd");
  }
  context.globalAlpha = 1;
  context.fillStyle = colour("m-bldg");
  context.fill(ground.buildings);
  context.lineJoin = context.lineCap = "round";
  drawStreets(view, ground.streets, colour);
  drawRailway(view, ground.streets.railway, colour);
}

function stroke(view, path, style, width, dashes = []) {
  const { context } = view;
  context.strokeStyle = style;
  context.lineWidth = view.px(width);
  context.setLineDash(dashes.map(view.px));
  context.stroke(path);
  context.setLineDash([]);
}

function drawStreets(view, streets, colour) {
  const present = STREETS.filter(([grade]) => streets[grade])
    .map(([grade, metres, least, fill, casing, more]) =>
      [streets[grade], Math.max(metres * view.metre, least), fill, casing, more]);
  for (const [path, width, , casing, more] of present) {
    if (casing) stroke(view, path, colour(casing), width + 2 * more);
  }
  for (const [path, width, fill] of present) stroke(view, path, colour(fill), width);
  if (streets.motorway) stroke(view, streets.motorway, colour("m-mw-mid"), 0.8);
}

function drawRailway(view, railway, colour) {
  if (!railway) return;
  view.context.lineCap = "butt";
  stroke(view, railway, colour("m-rail"), 2.6);
  stroke(view, railway, colour("m-land"), 1.4, [7, 7]);
}

export function drawLines(view, ground, colour) {
  const { context } = view;
  view.inUnits();
  context.lineCap = "butt";
  context.globalAlpha = 0.7;
  stroke(view, ground.cells, colour("m-cell"), 0.8);
  stroke(view, ground.communities, colour("m-comm"), 1.4, [2, 3]);
  context.globalAlpha = 1;
}
