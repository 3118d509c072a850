/* The state of the page as it stands in the address. Pure. What is as usual is left out. */

import { dayBefore } from "./wording.js";

export const FILTERS = ["area", "topic", "source", "urgency", "state"];
const USUAL_STEPS = 12;
const USUAL = { step: "week", view: "density", measure: "count", conflict: "" };

/** {filters: [[name, value], …], step, view, measure, conflict, from, to, wall}; from and to are ISO dates or "". */
export function read(search) {
  const query = new URLSearchParams(search);
  const state = Object.fromEntries(Object.entries(USUAL).map(([name, usual]) => [name, query.get(name) || usual]));
  return {
    ...state,
    filters: FILTERS.flatMap((name) => query.getAll(name).filter(Boolean).map((value) => [name, value])),
    from: query.get("from") ?? "",
    to: query.get("to") ?? "",
    wall: query.has("wall"),
  };
}

/** The query of the page in this state. */
export function write({ filters, from, to, wall, ...state }) {
  const query = new URLSearchParams(filters);
  for (const [name, usual] of Object.entries(USUAL)) if (state[name] !== usual) query.append(name, state[name]);
  if (from) query.append("from", from);
  if (to) query.append("to", to);
  if (wall) query.append("wall", "");
  return String(query);
}

/** The query of what decides which cases are counted. */
export function cubeQuery({ filters, step }) {
  const sorted = [...filters].sort(([a, x], [b, y]) => FILTERS.indexOf(a) - FILTERS.indexOf(b) || (x < y ? -1 : 1));
  return String(new URLSearchParams([...sorted, ["step", step]]));
}

/** The steps [from, to) of a window in dates, as the server reads it; the last ones where it names none. */
export function windowOf({ starts, until }, { from, to }) {
  const isOutside = (from && from >= until) || (to && to <= starts[0]) || (from && to && from >= to);
  const last = !to || isOutside ? starts.length : starts.filter((start) => start < to).length;
  const first = !from || isOutside ? last - USUAL_STEPS : starts.filter((start) => start <= from).length - 1;
  return [Math.max(0, Math.min(first, last - 1)), last];
}

/** The dates of a window; "" for what is as usual. */
export function datesOf({ starts, until }, [from, to]) {
  const isLast = to === starts.length;
  const isUsual = isLast && to - from === Math.min(USUAL_STEPS, starts.length);
  return { from: isUsual ? "" : starts[from], to: isLast ? "" : (starts[to] ?? until) };
}

/** The query of the list of the cases that a cell counts in a window; the list counts its last day in. */
export function casesQuery({ filters }, cell, edges, [from, to]) {
  const kept = filters.filter(([name]) => name !== "area");
  const days = [["happened_from", edges[from]], ["happened_to", dayBefore(edges[to])]];
  return String(new URLSearchParams([["tab", "any"], ["cell", cell], ["counted", "yes"], ...kept, ...days]));
}
