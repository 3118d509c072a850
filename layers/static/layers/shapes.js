/* GeoJSON as paths to draw on paper: in its units, with the box around them. */

import { EARTH, fromMetres } from "./paper.js";

const RADIANS = Math.PI / 180;
const scratch = document.createElement("canvas").getContext("2d");
const CLOSED = new Set(["Polygon", "MultiPolygon"]);

/** Degrees to metres of web Mercator. */
export function toMetres([lon, lat]) {
  return [EARTH * lon * RADIANS, EARTH * Math.log(Math.tan(Math.PI / 4 + (lat * RADIANS) / 2))];
}

/**
 * {path, box: [left, top, right, bottom]} of a geometry, in units of paper around `origin`; a point is a path of no length.
 */
export function shape({ type, coordinates, geometries }, origin) {
  if (type === "GeometryCollection") return joined(geometries.map((geometry) => shape(geometry, origin)));
  const path = new Path2D();
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const line of lines(coordinates)) {
    line.forEach((position, n) => {
      const [x, y] = fromMetres(toMetres(position), origin);
      if (n) path.lineTo(x, y);
      else path.moveTo(x, y);
      stretchBox(box, [x, y, x, y]);
    });
    if (CLOSED.has(type)) path.closePath();
  }
  return { path, box };
}

/** Several shapes as one. */
export function joined(shapes) {
  if (shapes.length === 1) return shapes[0];
  const path = new Path2D();
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const part of shapes) {
    path.addPath(part.path);
    stretchBox(box, part.box);
  }
  return { path, box };
}

/** Whether a point (units of the paper) lies in a shape. */
export function holds({ path, box: [left, top, right, bottom] }, [x, y]) {
  const isNear = x >= left && x <= right && y >= top && y <= bottom;
  return isNear && scratch.isPointInPath(path, x, y, "evenodd");
}

function stretchBox(box, [left, top, right, bottom]) {
  box[0] = Math.min(box[0], left);
  box[1] = Math.min(box[1], top);
  box[2] = Math.max(box[2], right);
  box[3] = Math.max(box[3], bottom);
}

/* Positions lie at different depths: [position], or lists of lists of them. */
function lines(coordinates) {
  if (typeof coordinates[0] === "number") return [[coordinates]];
  if (typeof coordinates[0][0] === "number") return [coordinates];
  return coordinates.flatMap(lines);
}
