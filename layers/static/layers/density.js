/*
 * From counts on a square grid to a smooth density: cases per square kilometre, for any run of steps. Pure.
 *
 * Every count is spread by a biweight kernel of 230 m radius whose weights sum to one, so that the density keeps the
 * number of cases. The steps are kept as running sums over the places that any count reaches: a window is then one
 * subtraction, and the peak over all windows of a length one pass.
 */

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
  const reached = placesReached(grid, x, y, spread);
  const sums = runningSums(reached, counts, steps, spread);
  const field = new Float32Array(grid.width * grid.height);
  const peaks = new Map();
  const size = reached.places.length;
  const at = (step) => sums.subarray(step * size, (step + 1) * size);

  return {
    ...grid,
    window(from, to) {
      const [first, last] = [at(from), at(to)];
      for (let n = 0; n < size; n += 1) field[reached.places[n]] = last[n] - first[n];
      return field;
    },
    peak(length) {
      if (!peaks.has(length)) peaks.set(length, highest(at, steps, length, size));
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

/* The places of the grid that any count reaches, and for every bin which of them: bins × spread. */
function placesReached({ left, bottom, width, height }, x, y, spread) {
  const numbers = new Int32Array(width * height).fill(-1);
  const places = [];
  const targets = new Int32Array(x.length * spread.length);
  for (let bin = 0, n = 0; bin < x.length; bin += 1) {
    for (const [right, up] of spread) {
      const place = (y[bin] - bottom + up) * width + x[bin] - left + right;
      if (numbers[place] < 0) numbers[place] = places.push(place) - 1;
      targets[n] = numbers[place];
      n += 1;
    }
  }
  return { places: Int32Array.from(places), targets };
}

/* First what each step adds, bin after bin as the counts lie in memory; then one step upon the other. */
function runningSums({ places, targets }, counts, steps, spread) {
  const size = places.length;
  const weights = Float32Array.from(spread, ([, , weight]) => weight);
  const sums = new Float32Array(size * (steps + 1));
  for (let entry = 0; entry < counts.length; entry += 1) {
    const count = counts[entry];
    if (count === 0) continue;
    const row = ((entry % steps) + 1) * size;
    const first = Math.floor(entry / steps) * weights.length;
    for (let n = 0; n < weights.length; n += 1) sums[row + targets[first + n]] += count * weights[n];
  }
  for (let n = size; n < sums.length; n += 1) sums[n] += sums[n - size];
  return sums;
}

function highest(at, steps, length, size) {
  let peak = 0;
  for (let from = 0; from + length <= steps; from += 1) {
    const [first, last] = [at(from), at(from + length)];
    for (let n = 0; n < size; n += 1) {
      const value = last[n] - first[n];
      if (value > peak) peak = value;
    }
  }
  return peak;
}
