/*
 * From counts on a square grid to a smooth density: cases per square kilometre, for any run of steps. Pure.
 *
 * Every count is spread by a biweight kernel of 230 m radius whose weights sum to one, so that the density keeps the
 * number of cases. The counts are kept as running sums: a window is one subtraction for each bin, which is then spread.
 */

import { alongRows } from "./sums.js";

const RADIUS_M = 230;
const PER_KM2 = 1e6;

/** The weights of a count on its neighbours: [[right, up, cases per km²], …]. */
export function kernel(side) {
  const reach = Math.ceil(RADIUS_M / side);
  const spread = [];
  for (let up = -reach; up <= reach; up += 1) {
    for (let right = -reach; right <= reach; right += 1) {
      const part = ((right * right + up * up) * side * side) / RADIUS_M ** 2;
      if (part < 1) spread.push([right, up, (1 - part) ** 2]);
    }
  }
  const sum = spread.reduce((total, [, , weight]) => total + weight, 0);
  return spread.map(([right, up, weight]) => [right, up, ((weight / sum) * PER_KM2) / side ** 2]);
}

/**
 * The density of counts in bins.
 *
 * `x`, `y`: bin numbers east and north; `counts`: one row of `steps` numbers per bin; `side`: of a bin on the ground, in metres.
 * Returns the grid {left, bottom, width, height} in bin numbers, `window(from, to)` → Float32Array of width × height from
 * the lowest row up (kept for the next call), and `peak(length)`.
 */
export function smooth({ x, y, counts, steps, side }) {
  const spread = kernel(side);
  const grid = gridAround(x, y, Math.ceil(RADIUS_M / side));
  const bins = {
    steps,
    places: Int32Array.from(x, (east, bin) => (y[bin] - grid.bottom) * grid.width + east - grid.left),
    sums: alongRows(counts, steps),
    offsets: Int32Array.from(spread, ([right, up]) => up * grid.width + right),
    weights: Float32Array.from(spread, ([, , weight]) => weight),
  };
  const field = new Float32Array(grid.width * grid.height);
  const peaks = new Map();
  return {
    ...grid,
    window: (from, to) => spreadOver(field, bins, (first) => bins.sums[first + to] - bins.sums[first + from]),
    peak(length) {
      if (!peaks.has(length)) peaks.set(length, highest(bins, field.length, length));
      return peaks.get(length);
    },
  };
}

function gridAround(x, y, reach) {
  if (!x.length) return { left: 0, bottom: 0, width: 0, height: 0 };
  const ends = (values) => values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);
  const [[west, east], [south, north]] = [ends(x), ends(y)];
  return { left: west - reach, bottom: south - reach, width: east - west + 1 + 2 * reach, height: north - south + 1 + 2 * reach };
}

/* `countOf(where the sums of a bin begin)`, of each bin, on it and its neighbours. */
function spreadOver(field, { places, steps, offsets, weights }, countOf) {
  field.fill(0);
  for (let bin = 0; bin < places.length; bin += 1) {
    const count = countOf(bin * (steps + 1));
    if (count === 0) continue;
    const place = places[bin];
    for (let n = 0; n < offsets.length; n += 1) field[place + offsets[n]] += count * weights[n];
  }
  return field;
}

/*
 * The highest density of any window of a length. No place has more than if each bin around it had its own highest count at the
 * same time: only the few places where that is more than the highest found so far are looked at window by window.
 */
function highest(bins, size, length) {
  const { sums, steps } = bins;
  const bound = spreadOver(new Float32Array(size), bins, (first) => {
    let most = 0;
    for (let from = first; from + length <= first + steps; from += 1) {
      const count = sums[from + length] - sums[from];
      if (count > most) most = count;
    }
    return most;
  });
  const binAt = new Int32Array(size).fill(-1);
  bins.places.forEach((place, bin) => { binAt[place] = bin; });
  let top = 0;
  for (let place = 1; place < size; place += 1) if (bound[place] > bound[top]) top = place;
  let peak = size ? highestAt(bins, binAt, top, length) : 0;
  for (let place = 0; place < size; place += 1) {
    if (bound[place] > peak) peak = Math.max(peak, highestAt(bins, binAt, place, length));
  }
  return peak;
}

function highestAt({ sums, steps, offsets, weights }, binAt, place, length) {
  const found = new Float64Array(steps - length + 1);
  offsets.forEach((offset, n) => {
    // Around the grid there is nothing.
    const bin = binAt[place - offset] ?? -1;
    if (bin < 0) return;
    const first = bin * (steps + 1);
    for (let from = 0; from < found.length; from += 1) found[from] += (sums[first + from + length] - sums[first + from]) * weights[n];
  });
  return found.reduce((most, value) => Math.max(most, value), 0);
}
