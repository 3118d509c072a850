/*
 * The commander's page: the map, the time and the list, drawn from one cube of counts.
 *
 * `#words` has the sentences (words.py), `#command` the addresses. Whether counts came is told by the event `counts`
 * on the document: {hasCome, at: ISO time of those that are shown, or null}.
 */

import "../charts.js";
import "../saved.js";
import { rhythm as rhythmChart, showChart } from "../../layers/charts.js";
import { smooth } from "../../layers/density.js";
import { cubeQuery, datesOf, read, windowOf, write } from "./address.js";
import { listenToCommands } from "./commands.js";
import { watchFilters } from "./filters.js";
import { showLegend } from "../legend.js";
import { askJson, cubeSource } from "./live.js";
import { situationMap } from "./map.js";
import { figures, told } from "./measures.js";
import { watchPlaces } from "./place.js";
import { player } from "./play.js";
import { pointSource } from "./points.js";
import { coupleRecurring } from "./recurring.js";
import { sceneOf } from "./scene.js";
import { calendarStrip, moved } from "./strip.js";
import { fillRhythm, fillSteps, placesTable } from "./tables.js";
import { wording } from "./wording.js";

const REFRESH_MS = 60_000;
const RETRY_MS = 5_000;
const REST_MS = 400;

const one = (selector) => document.querySelector(selector);
const all = (selector) => [...document.querySelectorAll(selector)];
const root = one("#command");
const isWall = "wall" in root.dataset;
const seesCases = "seesCases" in root.dataset;
const words = wording(JSON.parse(one("#words").textContent), document.documentElement.lang);

let state = read(location.search);
/* What is on the screen: the cube with what was made of it, the window in steps, and what is selected. */
const shown = { cube: null, tag: null, areas: [], density: null, known: new Map(), window: [0, 1], found: null, legend: null, selected: -1, at: null };

const element = one("#map");
const map = situationMap(element, isWall ? null : {
  hover: (found) => places.hover(found), press: (found) => places.press(found), settle: () => askPoints(),
});
const ask = cubeSource(root.dataset.cube);
const groundAsked = askJson(root.dataset.places);
let ground = null;
const recurring = coupleRecurring({ list: one("#conflicts"), map, address: root.dataset.outlines });
const points = pointSource(root.dataset.points, map.map, map.showPins);
const strip = one("#strip") && calendarStrip(one("#strip"), {
  words: {
    start: words.say("start"), end: words.say("end"), axis: (step) => words.axis(shown.cube, step),
    tell: (window) => windowWords(window),
  },
  onChoose: chooseByHand,
});
const filters = !isWall && watchFilters(one("#filters"), words, (chosen) => change({ filters: chosen }));
const play = one("#play") && player(one("#play"), {
  words, onStop: () => rest(true),
  begin: () => shown.window[1] === shown.cube.steps && choose(moved(shown.window, -Infinity, shown.cube.steps)),
  step() {
    choose(moved(shown.window, 1, shown.cube.steps));
    return shown.window[1] < shown.cube.steps;
  },
});
const places = watchPlaces({ root, element, map, recurring, words, shown, state: () => state, drill });
const showPlaces = one("#map-table") && placesTable(one("#map-table"), {
  point: (number) => map.layers.cells.choose({ hovered: number, selected: shown.selected }), open: (number) => places.select(number),
});
let showRhythm = null;

/* The counts come */

const view = () => (state.view === "density" && !(shown.cube ? shown.density : seesCases) ? "cells" : state.view);
/* Who sees merged counts chooses the period at the server. */
const cubeParameters = () => [cubeQuery(state), ...(seesCases ? [] : [periodQuery(state)])].filter(Boolean).join("&");
const addressOf = (chosen) => [location.pathname, write(chosen)].filter(Boolean).join("?");
const periodQuery = ({ from, to }) => String(new URLSearchParams(Object.entries({ from, to }).filter(([, value]) => value)));

let retry = 0;

async function load(tag = null) {
  clearTimeout(retry);
  // What is asked every minute is mostly what is shown already.
  if (!tag) root.setAttribute("aria-busy", "true");
  try {
    const answer = await ask(cubeParameters(), tag);
    // A density can be seen before the ground of the cells has come.
    if (view() !== "density") await groundAsked;
    if (answer) adopt(answer);
    tell(true);
  } catch (error) {
    if (error.name === "AbortError") return;
    tell(false);
    retry = setTimeout(() => load(shown.tag), RETRY_MS);
  }
  root.removeAttribute("aria-busy");
}

function adopt({ cube, tag }) {
  const { bin_x: x, bin_y: y, bins } = cube.arrays;
  const density = x.length ? smooth({ x, y, counts: bins, steps: cube.steps, side: cube.ground_m }) : null;
  Object.assign(shown, { cube, tag, density, known: new Map(), window: windowOf(cube, state), at: new Date(cube.now) });
  map.layHeat(density, cube.bin_m);
  layGround();
  // Merged counts have one period: nothing to choose from.
  if (strip) one("#strip").hidden = cube.merged;
  if (one("#quarter")) one("#quarter").value = cube.edges.join(" ");
  strip?.show(Array.from(cube.arrays.totals), shown.window);
  draw();
  rest(true);
}

function layGround() {
  const features = ground?.features ?? [];
  const known = new Map(features.map(({ properties: { code }, geometry }) => [code, geometry]));
  shown.areas = features.filter(({ properties }) => properties.kind !== "cell");
  map.layers.cells.place(shown.cube.cells.map(({ code, places: codes = [code] }) => codes.map((one) => known.get(one)).filter(Boolean)));
  if (ground) map.look(state.filters.find(([name]) => name === "area")?.[1] ?? "", known);
}

/* The old picture stays; who tells of its age (fresh.js) hears when it is from, and whether a newer one came. */
function tell(hasCome) {
  document.dispatchEvent(new CustomEvent("counts", { detail: { hasCome, at: shown.cube?.now ?? null } }));
}

/* The picture */

function choose(window, since = performance.now()) {
  shown.window = window;
  strip?.move(window);
  if (shown.frame) return;
  shown.frame = requestAnimationFrame(() => {
    shown.frame = 0;
    const start = performance.now();
    draw();
    performance.measure("drawn", { start });
    performance.measure("step", { start: since });
  });
}

function chooseByHand(window, isSettled) {
  play?.stop();
  choose(window);
  rest(isSettled);
}

function draw() {
  const { cube, density, known, window } = shown;
  shown.found = figures(cube, window);
  const scene = sceneOf({ cube, density, known, found: shown.found, view: view(), measure: state.measure, window }, words);
  map.layers.heat?.show(scene.heat);
  map.layers.cells.show(scene.areas);
  drawLegend(scene.legend);
  const text = one("#window-text");
  if (text) text.textContent = windowWords(window);
  document.documentElement.dataset.picture = "ready";
}

function drawLegend(legend) {
  const isSame = JSON.stringify(legend) === JSON.stringify(shown.legend);
  shown.legend = legend;
  if (!isSame) showLegend(legend);
}

function windowWords(window) {
  return words.counted(shown.cube, window);
}

/* When the time stands still: the rhythm, tables, addresses; when the hand has let go, what must be asked for. */

let resting = 0;

function rest(isSettled) {
  clearTimeout(resting);
  resting = setTimeout(() => {
    drawRhythm();
    fillTables();
    if (shown.selected >= 0) places.refresh();
    if (isSettled) settle();
  }, REST_MS);
}

function settle() {
  Object.assign(state, seesCases ? datesOf(shown.cube, shown.window) : {});
  history.replaceState(null, "", addressOf(state));
  const csv = one("#save-csv");
  if (csv) csv.href = `${csv.dataset.address}?${write(state)}`;
  if (!isWall) announce(windowWords(shown.window));
  askPoints();
}

function askPoints() {
  if (!shown.cube || !seesCases || play?.isPlaying()) return;
  const [from, to] = shown.window;
  const period = periodQuery({ from: shown.cube.edges[from], to: shown.cube.edges[to] });
  points(shown.cube, shown.window, `${cubeQuery(state)}&${period}`);
}

function drawRhythm() {
  const place = one("#rhythm");
  if (!place || !shown.cube) return;
  const data = {
    counts: shown.cube.rhythmIn(...shown.window), ladder: shown.cube.ladder, says: words.say("hour"), label: place.getAttribute("aria-label"),
  };
  if (showRhythm) showRhythm(data);
  else showRhythm = showChart(place, rhythmChart, data);
}

function fillTables() {
  if (!shown.cube) return;
  const { cube, window } = shown;
  const isShown = (id) => one(id)?.hidden === false;
  if (isShown("#map-table")) showPlaces(cube, (n) => told(cube, shown.found, n), words);
  if (isShown("#rhythm-table")) fillRhythm(one("#rhythm-table"), cube.rhythmIn(...window), words);
  if (isShown("#strip-table")) fillSteps(one("#strip-table"), cube, words);
}

function announce(text) {
  one("#announce").textContent = text;
}

/* Another state of the page */

/* What leads into an area that the filters know and that is not chosen, or null. */
function drill(code) {
  const choice = one(`#filters input[name=area][value="${CSS.escape(code)}"]`);
  if (!choice || choice.checked) return null;
  return () => {
    const chosen = [...state.filters.filter(([name]) => name !== "area"), ["area", code]];
    filters.set(chosen);
    change({ filters: chosen });
  };
}

function change(next) {
  const before = cubeParameters();
  Object.assign(state, next);
  history.pushState(null, "", addressOf(state));
  show(cubeParameters() !== before);
}

function show(isOther) {
  play?.stop();
  press("#modes [data-view]", ({ view: own }) => own === view());
  press("#steps [data-step]", ({ step: own }) => own === state.step);
  const measure = one("#measure");
  if (measure) {
    // A density is of numbers of cases, whatever the cells show.
    measure.value = view() === "density" ? "count" : state.measure;
    measure.closest("label").hidden = state.view === "conflicts";
  }
  if (isOther) {
    places.select(-1);
    load();
  } else if (shown.cube) {
    shown.window = windowOf(shown.cube, state);
    strip?.move(shown.window);
    draw();
    rest(true);
  }
}

function press(selector, isOn) {
  for (const button of all(selector)) button.setAttribute("aria-pressed", String(isOn(button.dataset)));
}

addEventListener("popstate", () => {
  const before = cubeParameters();
  state = read(location.search);
  if (filters) filters.set(state.filters);
  show(cubeParameters() !== before);
});

/* Buttons, keys, and the minute */

if (!isWall) listenToCommands({ map, words, shown, filters, change, select: places.select, say: announce });

document.addEventListener("tableshown", fillTables);
// The list was swapped: its outlines are another matter of the same minute.
document.addEventListener("htmx:afterSettle", ({ target }) => {
  if (target.id === "conflicts") recurring.load(cubeQuery(state));
});
setInterval(() => {
  if (shown.cube && !document.hidden) load(shown.tag);
}, REFRESH_MS);

show(false);
groundAsked.then((found) => {
  ground = found;
  if (!shown.cube) return;
  layGround();
  if (view() !== "density") draw();
});
load();
recurring.load(cubeQuery(state)).then(() => recurring.choose(state.conflict));
