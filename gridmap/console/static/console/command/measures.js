/*
 * What a cell shows, in the window and by the measure that are chosen: its value, and whether noise could explain it. Pure.
 *
 * A cell with fewer than two cases is not compared: its value is NaN. `uncertain` is 1 where the 95 % interval holds the
 * value of the whole (rate, open) or “no change” (change).
 */

import { RATIOS, SHARES, ladderBreaks, topOf, topOfOften } from "../../layers/breaks.js";
import { countHolds, countInterval, ratioInterval, shareHolds, shareInterval } from "../../layers/uncertainty.js";

const LEAST = 2;
const PER = 1000;
/* Rates use the ladder of the counts, a tenth of it. */
const RATE_LADDER = 10;

/** Everything that is counted in the steps [from, to): per cell, for the whole, and in the period before where there is one. */
export function figures(cube, [from, to]) {
  const counts = cube.cellsIn(from, to);
  const open = cube.openIn(from, to);
  const length = to - from;
  const before = from >= length ? cube.cellsIn(from - length, from) : null;
  const days = { now: cube.daysIn(from, to), before: before && cube.daysIn(from - length, from) };
  return { counts, open, before, days, whole: whole(cube, counts, open) };
}

function whole({ cells }, counts, open) {
  const sum = { cases: 0, open: 0, casesOfResidents: 0, residents: 0 };
  cells.forEach(({ residents }, n) => {
    sum.cases += counts[n];
    sum.open += open[n];
    if (!residents) return;
    sum.casesOfResidents += counts[n];
    sum.residents += residents;
  });
  return { rate: (PER * sum.casesOfResidents) / sum.residents, open: sum.open / sum.cases };
}

const MEASURES = {
  count: ({ counts }, n) => [counts[n], false],
  rate({ counts, whole: { rate } }, n, { residents }) {
    if (counts[n] < LEAST || !residents) return [NaN, false];
    return [(PER * counts[n]) / residents, countHolds(counts[n], (rate * residents) / PER)];
  },
  open({ counts, open, whole: { open: share } }, n) {
    if (counts[n] < LEAST) return [NaN, false];
    return [open[n] / counts[n], shareHolds(open[n], counts[n], share)];
  },
  change({ counts, before, days }, n) {
    if (!before || counts[n] + before[n] < LEAST) return [NaN, false];
    const usual = days.now / (days.now + days.before);
    const ratio = (counts[n] * days.before) / (before[n] * days.now);
    return [ratio, shareHolds(counts[n], counts[n] + before[n], usual)];
  },
};

/** {values, uncertain} of all cells. */
export function measured(measure, cube, found) {
  const values = new Float64Array(cube.cells.length);
  const uncertain = new Uint8Array(cube.cells.length);
  cube.cells.forEach((cell, n) => {
    const [value, isUncertain] = MEASURES[measure](found, n, cell);
    values[n] = value;
    uncertain[n] = Number(isUncertain);
  });
  return { values, uncertain };
}

/** The lower edges of the classes for windows of `length` steps: the same at all times. */
export function breaksOf(measure, cube, length) {
  if (measure === "change") return RATIOS;
  if (measure === "open") return SHARES;
  if (measure === "count") return ladderBreaks(cube.ladder, topOfOften(cube.oftenIn(length)));
  return ladderBreaks(cube.ladder.map((step) => step / RATE_LADDER), topOf(ratesOf(cube, length)));
}

/* All rates that windows of a length can show. */
function ratesOf(cube, length) {
  const rates = [];
  for (let from = 0; from + length <= cube.steps; from += 1) {
    const counts = cube.cellsIn(from, from + length);
    cube.cells.forEach(({ residents }, n) => {
      if (residents && counts[n] >= LEAST) rates.push((PER * counts[n]) / residents);
    });
  }
  return rates;
}

/** One cell in figures, with its intervals: what a tooltip and a panel say. A part that cannot be told is null. */
export function told(cube, found, n) {
  const { counts, open, before, days } = found;
  const { residents } = cube.cells[n];
  const enough = counts[n] >= LEAST;
  const per = residents ? PER / residents : null;
  const canChange = before && counts[n] + before[n] >= LEAST;
  return {
    count: counts[n],
    residents,
    open: open[n],
    before: before ? before[n] : null,
    rate: enough && per && { value: counts[n] * per, interval: countInterval(counts[n]).map((mean) => mean * per) },
    // Of merged counts nobody is told what is open.
    share: enough && !cube.merged ? { value: open[n] / counts[n], interval: shareInterval(open[n], counts[n]) } : null,
    change: canChange ? {
      value: (counts[n] * days.before) / (before[n] * days.now),
      interval: ratioInterval(counts[n], days.now, before[n], days.before),
    } : null,
  };
}
