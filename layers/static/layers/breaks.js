/*
 * Where the classes of a map or a chart begin: the documented rules, and nothing of the page.
 * A class is a number: 0 is empty and has no fill, 1 to breaks.length are filled. Breaks are lower edges, rising.
 */

const CLASSES = 6;
const SHARES_OF_PEAK = [0.15, 0.27, 0.41, 0.57, 0.74, 0.9];
const GRAINS = [5, 1, 0.5, 0.1, 0.05, 0.01, 0.005, 0.001];

/** A change is a ratio to the period before; what lies between the middle two is “no change”. */
export const RATIOS = [1 / 2, 1 / 1.5, 1 / 1.2, 1.2, 1.5, 2];

/** Shares of cases that are open, as parts of one. */
export const SHARES = [0.05, 0.1, 0.2, 0.35, 0.5, 0.75];

/** Six neighbouring steps of a rising ladder whose last one lies nearest to `top`. */
export function ladderBreaks(ladder, top) {
  const distance = (step) => Math.abs(step - top);
  const nearest = ladder.reduce((best, step, n) => (distance(step) < distance(ladder[best]) ? n : best), 0);
  const last = Math.max(CLASSES - 1, nearest);
  return ladder.slice(last - CLASSES + 1, last + 1);
}

/** The 98th percentile (nearest rank) of the values above 0; 0 where there are none. */
export function topOf(values) {
  const filled = Float64Array.from(values).filter((value) => value > 0).sort();
  return filled.length ? filled[Math.ceil(0.98 * filled.length) - 1] : 0;
}

/** The same of whole numbers given as how often each value occurs: `often[value]`. */
export function topOfOften(often) {
  let filled = 0;
  for (let value = 1; value < often.length; value += 1) filled += often[value];
  const rank = Math.ceil(0.98 * filled);
  let seen = 0;
  for (let value = 1; value < often.length; value += 1) {
    seen += often[value];
    if (filled && seen >= rank) return value;
  }
  return 0;
}

/** Fixed shares of the peak, rounded to 5, or to less where 5 would make two edges fall together. */
export function densityBreaks(peak) {
  const round = (grain) => SHARES_OF_PEAK.map((share) => Number((Math.round((share * peak) / grain) * grain).toPrecision(12)));
  const isApart = (edges) => edges.every((edge, n) => edge > (edges[n - 1] ?? 0));
  return GRAINS.map(round).find(isApart) ?? round(GRAINS.at(-1));
}

/** The class of a value above 0; 0 below the first break. */
export function classOf(value, breaks) {
  let found = 0;
  while (found < breaks.length && value >= breaks[found]) found += 1;
  return found;
}
