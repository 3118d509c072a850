/* The single cases on the map, where they are few: asked for when the map and the time stand still. */

import { toMetres } from "../../layers/shapes.js";
import { askJson } from "./live.js";

const MOST = 300;
/* Farther away a pin says less than a class. */
const NEAREST = 14;

/* How many counted cases lie in a box of metres [west, south, east, north] of web Mercator, in the steps [from, to). */
function countIn(cube, [west, south, east, north], [from, to]) {
  const { bin_x: x, bin_y: y, bins } = cube.arrays;
  const [left, bottom, right, top] = [west, south, east, north].map((metres) => Math.floor(metres / cube.bin_m));
  let count = 0;
  for (let bin = 0; bin < x.length; bin += 1) {
    if (x[bin] < left || x[bin] > right || y[bin] < bottom || y[bin] > top) continue;
    for (let step = from; step < to; step += 1) count += bins[bin * cube.steps + step];
  }
  return count;
}

/** Asks for the points in view of `map` and gives them to `show`; none where they are many. */
export function pointSource(address, map, show) {
  let asked = 0;
  return async (cube, window, query) => {
    asked += 1;
    const number = asked;
    const box = map.getBounds();
    const edges = [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()];
    const isMany = map.getZoom() < NEAREST || countIn(cube, inMetres(edges), window) > MOST;
    if (isMany) return show([]);
    const answer = await askJson(`${address}?${query}&box=${edges.map((edge) => edge.toFixed(5)).join()}`);
    // A slower answer to an earlier question must not replace a later one.
    if (number === asked && answer) show(answer.points);
  };
}

function inMetres([west, south, east, north]) {
  return [...toMetres([west, south]), ...toMetres([east, north])];
}
