/* The tables behind the pictures: the same figures, to read with the keyboard. */

import { dayNames } from "../../layers/charts.js";

const HOURS = 24;

function cell(name, text, isNumber) {
  const made = document.createElement(name);
  made.textContent = text;
  if (isNumber) made.className = "r";
  return made;
}

function makeTable(caption, head, rows) {
  const table = document.createElement("table");
  const words = document.createElement("caption");
  words.className = "sr";
  words.textContent = caption;
  const top = document.createElement("tr");
  top.append(...head.map((text, n) => {
    const title = cell("th", text, n > 0);
    title.scope = "col";
    return title;
  }));
  const [start, body] = [document.createElement("thead"), document.createElement("tbody")];
  start.append(top);
  body.append(...rows);
  table.append(words, start, body);
  return table;
}

function makeRow([name, ...values]) {
  const row = document.createElement("tr");
  const title = cell("th", name);
  title.scope = "row";
  row.append(title, ...values.map((text) => cell("td", text, true)));
  return row;
}

/** The week by hours. */
export function fillRhythm(element, counts, { say, number }) {
  const head = [say("col_day"), ...Array.from({ length: HOURS }, (_, hour) => String(hour))];
  const rows = dayNames("short").map((day, n) => makeRow([day, ...counts.slice(n * HOURS, (n + 1) * HOURS).map(number)]));
  element.replaceChildren(makeTable(say("rhythm"), head, rows));
}

/** All steps of the strip, the last first. */
export function fillSteps(element, cube, words) {
  const rows = Array.from({ length: cube.steps }, (_, step) => makeRow([words.span(cube, [step, step + 1]), words.number(cube.totalIn(step, step + 1))]));
  element.replaceChildren(makeTable(words.say("col_time"), [words.say("col_time"), words.say("col_count")], rows.reverse()));
}

/**
 * The places of the map. One row can be reached with Tab; arrows, Home and End go to others, Enter opens one.
 *
 * `on`: point(number) when a row has the focus, open(number)
 */
export function placesTable(element, on) {
  const rows = () => [...element.querySelectorAll("tbody tr")];
  const numberOf = (row) => Number(row.dataset.number);

  function focus(row) {
    for (const other of rows()) other.tabIndex = other === row ? 0 : -1;
    row.focus();
  }

  element.addEventListener("focusin", ({ target }) => {
    const row = target.closest("tbody tr");
    if (row) on.point(numberOf(row));
  });
  element.addEventListener("click", ({ target }) => {
    const row = target.closest("tbody tr");
    if (!row) return;
    focus(row);
    on.open(numberOf(row));
  });
  element.addEventListener("keydown", (event) => {
    const row = event.target.closest("tbody tr");
    if (!row) return;
    const all = rows();
    const at = all.indexOf(row);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (event.key === "Enter") on.open(numberOf(row));
    else if (next === undefined) return;
    else focus(all[Math.max(0, Math.min(all.length - 1, next))]);
    event.preventDefault();
  });
  return (cube, tell, words) => fillPlaces(element, cube, tell, words);
}

function fillPlaces(element, cube, tell, words) {
  const { say } = words;
  const head = ["col_name", "col_count", "col_rate", "col_open", "col_change"].map((key) => say(key));
  const columns = cube.merged ? 3 : head.length;
  const isInside = element.contains(document.activeElement);
  const current = element.querySelector("tbody tr[tabindex='0']")?.dataset.number ?? "0";
  const rows = cube.cells.map((place, n) => {
    const row = makeRow(valuesOf(place, tell(n), words).slice(0, columns));
    row.dataset.number = n;
    row.tabIndex = String(n) === current ? 0 : -1;
    return row;
  });
  element.replaceChildren(makeTable(say("interval"), head.slice(0, columns), rows));
  if (isInside) element.querySelector("tbody tr[tabindex='0']")?.focus();
}

function valuesOf(place, told, words) {
  const { say, number, amount, share, percent } = words;
  const within = ([low, high], write) => `（${write(low)}～${write(high)}）`;
  return [
    place.name,
    place.untold ? say("untold") : number(told.count),
    told.rate ? amount(told.rate.value) + within(told.rate.interval, amount) : "",
    told.share ? share(told.open, told.count) + within(told.share.interval, percent) : number(told.open),
    told.change ? changed(told, words, within) : number(told.before ?? 0),
  ];
}

/* A ratio to nothing is told as on the map. */
function changed({ before, change: { value, interval } }, { say, number, amount }, within) {
  if (!before) return say("none_before", { low: amount(interval[0]) });
  return `${number(before)}，×${amount(value)}${within(interval, amount)}`;
}
