/*
 * The counts that the server sent: unpacked without a copy, and as running sums, so that any window of steps is one
 * subtraction. Pure.
 *
 * The body: length of the header (uint32, little-endian) · header (JSON) · zeros up to a multiple of eight · the arrays.
 */

import { alongRows, overRows } from "../../layers/sums.js";

const KINDS = { u1: Uint8Array, u2: Uint16Array, u4: Uint32Array, i4: Int32Array };
const DAY_MS = 86_400_000;

/** The header, with its arrays by name: typed arrays whose rows lie one after another. */
export function unpack(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const start = Math.ceil((4 + length) / 8) * 8;
  const arrays = Object.entries(header.arrays).map(([name, { dtype, shape, offset }]) => {
    const size = shape.reduce((product, side) => product * side, 1);
    return [name, new KINDS[dtype](buffer, start + offset, size)];
  });
  return { ...header, arrays: Object.fromEntries(arrays) };
}

/** The cube ready to be asked: `cellsIn(from, to)`, `openIn`, `rhythmIn`, `totalIn` and `daysIn` of the steps
 * [from, to), and `oftenIn(length)`. */
export function prepare(cube) {
  const { starts, arrays } = cube;
  const steps = starts.length;
  const slots = 7 * 24;
  const counts = alongRows(arrays.counts, steps);
  const open = alongRows(arrays.open, steps);
  const rhythm = overRows(arrays.rhythm, slots);
  const totals = alongRows(arrays.totals, steps);
  const window = (sums) => (from, to) => Float64Array.from(cube.cells, (_, n) => sums[n * (steps + 1) + to] - sums[n * (steps + 1) + from]);
  return {
    ...cube,
    steps,
    edges: [...starts, cube.until],
    cellsIn: window(counts),
    openIn: window(open),
    rhythmIn: (from, to) => Array.from({ length: slots }, (_, n) => rhythm[to * slots + n] - rhythm[from * slots + n]),
    totalIn: (from, to) => totals[to] - totals[from],
    daysIn: (from, to) => daysBetween(cube, from, to),
    oftenIn: (length) => howOften(counts, cube.cells.length, steps, length),
  };
}

/* Days that have gone by: the last step counts up to now. Dates and times of Beijing, where no day is shorter than another. */
function daysBetween({ starts, until, now }, from, to) {
  const edge = (step) => Date.parse(`${starts[step] ?? until}T00:00+08:00`);
  return (Math.min(edge(to), Date.parse(now)) - edge(from)) / DAY_MS;
}

/* How often each number of cases occurs in a cell, over all windows of a length: often[cases]. */
function howOften(sums, cells, steps, length) {
  const last = sums.reduce((most, sum) => Math.max(most, sum), 0);
  const often = new Uint32Array(last + 1);
  for (let cell = 0; cell < cells; cell += 1) {
    const first = cell * (steps + 1);
    for (let from = first; from + length <= first + steps; from += 1) often[sums[from + length] - sums[from]] += 1;
  }
  return often;
}
