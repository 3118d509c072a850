/*
 * Where the classes of a map or a chart begin: the rules of layers/styles.py, in the browser, and nothing of the page.
 * A class is a number: 0 is empty and has no fill, 1 to breaks.length are filled. Breaks are lower edges, rising.
 */

const CLASSES = 6;
const HIGH = 0.98;
const SHARES_OF_PEAK = [0.15, 0.27, 0.41, 0.57, 0.74, 0.9];
const NARROWEST = 0.12;
const ROUNDED_TO = 5;

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

/** The 98th percentile of the values above 0, between the two nearest; 0 where there are none. */
export function topOf(values) {
  const filled = Float64Array.from(values).filter((value) => value > 0).sort();
  return percentile(filled.length, (rank) => filled[rank]);
}

/** The same of whole numbers given as how often each value occurs: `often[value]`. */
export function topOfOften(often) {
  const filled = often.reduce((sum, times, value) => (value > 0 ? sum + times : sum), 0);
  return percentile(filled, (rank) => {
    let value = 1;
    for (let before = often[1]; before <= rank; before += often[value]) value += 1;
    return value;
  });
}

/* `at(rank)` is the value of a rank from 0 on. */
function percentile(count, at) {
  if (!count) return 0;
  const place = HIGH * (count - 1);
  const below = Math.floor(place);
  const [low, high] = [at(below), at(Math.ceil(place))];
  return low + (high - low) * (place - below);
}

/** Fixed shares of the peak, rounded to fives, or to tenths, hundredths … of it where fives would make two classes one. */
export function densityBreaks(peak) {
  const finer = Math.max(0, Math.ceil(Math.log10(ROUNDED_TO / (NARROWEST * peak))));
  const unit = ROUNDED_TO / 10 ** finer;
  return SHARES_OF_PEAK.map((share) => Number((Math.round((share * peak) / unit) * unit).toFixed(finer)));
}

/** The class of a value above 0; 0 below the first break. */
export function classOf(value, breaks) {
  let found = 0;
  while (found < breaks.length && value >= breaks[found]) found += 1;
  return found;
}
