/* What the map shows of a cube in a window: the classes, their colours, and the legend that explains them. */

import { classOf, densityBreaks } from "../../layers/breaks.js";
import { MORE } from "../../layers/paint.js";
import { breaksOf, measured } from "./measures.js";

const CHANGE = ["d-3", "d-2", "d-1", "d0", "d1p", "d2p", "d3p"];
const NO_AREAS = { fills: [], hatched: [] };

/**
 * {heat, areas, legend} of one moment. `density` is of layers/density.js, or null; `known` keeps the breaks of a cube.
 *
 * heat: {field, breaks, colours} or null · areas: {fills, hatched} · legend: see legend.js
 */
export function sceneOf({ cube, density, known, found, view, measure, window }, words) {
  if (view === "conflicts") return { heat: null, areas: NO_AREAS, legend: conflictsLegend(words) };
  const scene = view === "density" ? densityScene(density, known, window, words) : areasScene({ cube, known, found, measure, window }, words);
  if (isEmpty(cube, window) && (view === "density" || measure !== "change")) scene.legend.note = words.say("nothing_note");
  return scene;
}

/* What there was before can still be told as a change, and what is not told is not nothing. */
const isEmpty = (cube, window) => !cube.totalIn(...window) && !cube.cells.some(({ untold }) => untold);

function kept(known, key, make) {
  if (!known.has(key)) known.set(key, make());
  return known.get(key);
}

function densityScene(density, known, [from, to], words) {
  const breaks = kept(known, `density ${to - from}`, () => densityBreaks(density.peak(to - from)));
  return {
    heat: { field: density.window(from, to), breaks, colours: MORE },
    areas: NO_AREAS,
    legend: legend("density", MORE, upwards(breaks, words.edge, words), words.say("density_note"), words),
  };
}

function areasScene({ cube, known, found, measure, window: [from, to] }, words) {
  const breaks = kept(known, `${measure} ${to - from}`, () => breaksOf(measure, cube, to - from));
  const { values, uncertain } = measured(measure, cube, found);
  const colours = measure === "change" ? CHANGE : [null, ...MORE];
  return {
    heat: null,
    areas: { fills: Array.from(values, (value) => fillOf(value, breaks, colours)), hatched: uncertain },
    legend: legend(nameOf(measure, cube), colours.filter(Boolean), edgesOf(measure, breaks, words), noteOf(measure, cube, found, words), words),
  };
}

const nameOf = (measure, { merged }) => (merged && measure === "count" ? "merged" : measure);

function fillOf(value, breaks, colours) {
  return Number.isNaN(value) ? null : colours[classOf(value, breaks)];
}

function legend(name, colours, edges, note, { say }) {
  return { title: say(`${name}_title`), unit: say(`${name}_unit`), colours, edges, note };
}

function conflictsLegend({ say }) {
  return { title: say("conflicts_title"), unit: "", colours: [], edges: [], note: say("conflicts_note") };
}

function upwards(breaks, write, { say }) {
  return breaks.map((edge, n) => (n === breaks.length - 1 ? say("and_up", { n: write(edge) }) : write(edge)));
}

function edgesOf(measure, breaks, words) {
  if (measure === "change") return breaks.map((edge) => (edge < 1 ? `÷${words.edge(1 / edge)}` : `×${words.edge(edge)}`));
  return upwards(breaks, measure === "open" ? words.edgePercent : words.edge, words);
}

function noteOf(measure, cube, { before, whole }, { say, amount, percent }) {
  if (measure === "change") return say(before ? "change_note" : "no_before");
  if (measure === "rate") return say("rate_note", { value: amount(whole.rate) });
  if (measure === "open") return say("open_note", { value: percent(whole.open) });
  return say(`${nameOf(measure, cube)}_note`);
}
