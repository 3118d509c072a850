/* My cells: map, list and card always speak of the same thing. */

import { fromMetres, toUnits, stretch, UNIT } from "../../layers/paper.js";
import { makeList } from "./list.js";
import { makeMap } from "./map.js";
import { readMine } from "./picture.js";
import { nearestCell } from "./places.js";
import { makePosition } from "./position.js";
import { makeSheet } from "./sheet.js";

const one = (selector) => document.querySelector(selector);
const phone = matchMedia("(max-width: 639px)");

const mine = readMine(JSON.parse(one("#mine").textContent));
const pins = JSON.parse(one("#pins").textContent).map((pin) => ({ ...pin, at: fromMetres([pin.x, pin.y], mine.origin) }));
const panel = one("#panel");
const card = one("#card");
const here = one("#here");
const refusal = one("#refusal");
let selection = null;
let isPointing = false;
let isAsked = false;

/* Header, position and pills above, the sheet below; on a wide screen only air. */
const margins = () => (phone.matches
  ? { top: 124, right: 24, bottom: sheet.cover + 8, left: 24 }
  : { top: 64, right: 72, bottom: 40, left: 40 });

const sheet = makeSheet(panel, one("#handle"), () => reveal());
const map = makeMap(one("#map"), mine, pins, { margins, onPick: pick });
performance.mark("cells drawn");
const list = makeList(panel, { onSelect: select, onPoint: point });
const position = makePosition(showPosition);

function placeOf({ kind, id }) {
  return { building: mine.buildings, post: mine.posts, cell: mine.cells, case: pins }[kind].find((place) => place.id === id);
}

function reveal() {
  if (selection) map.reveal(placeOf(selection).at);
}

function select(next) {
  selection = next;
  map.setSelection(selection);
  showCard();
  list.mark(selection);
  if (selection && sheet.stop !== "middle") sheet.set("middle");
  else reveal();
  history.replaceState(null, "", selection ? `#${selection.kind}-${selection.id}` : location.pathname);
}

/* The map shows what the keyboard stands on in the list. */
function point({ id }) {
  const pin = pins.find((pin) => pin.id === id);
  map.setSelection(pin && { kind: "case", id, building: pin.building });
}

/* The card repeats the row, so that one text serves both; of a case, that of its building. */
function showCard() {
  const row = list.rowOf(selection?.kind === "case" ? { kind: "building", id: selection.building } : selection);
  card.hidden = !row;
  card.replaceChildren(...(row ? row.cloneNode(true).children : []));
  card.querySelector("button")?.setAttribute("tabindex", "-1");
}

function pick(found, at) {
  if (isPointing) return pointAt(at);
  select(found);
}

/* Position */

function showPosition({ state, latlng, accuracy, heading }) {
  refusal.hidden = state !== "denied" && state !== "failed";
  refusal.dataset.state = state;
  if (state !== "known") {
    say(state === "asking" ? "asking" : null);
    return;
  }
  const at = toUnits(latlng, mine.origin);
  map.setPosition({ at, accuracy, heading });
  // The map goes to the person only when the person asked, not at every step.
  if (isAsked) map.reveal(at);
  isAsked = false;
  sayWhere(at, { near: "outside", inside: "inside", accuracy });
}

function pointAt(at) {
  isPointing = false;
  one("#map").classList.remove("is-pointing");
  map.setPosition({ at });
  sayWhere(at, { near: "pointed-outside", inside: "pointed" });
}

function sayWhere(at, { inside, near, accuracy }) {
  const { cell, distance } = nearestCell(mine, at);
  const metres = (distance * UNIT) / stretch(mine.origin);
  say(distance ? near : inside, { cell: cell.number, distance: Math.round(metres), accuracy: Math.round(accuracy) });
}

/* The sentences are in the page, in its language; here only numbers are filled in. */
function say(state, values = {}) {
  here.hidden = !state;
  for (const sentence of here.querySelectorAll("[data-when]")) {
    sentence.hidden = sentence.dataset.when !== state;
    for (const gap of sentence.querySelectorAll("[data-value]")) {
      gap.textContent = (values[gap.dataset.value] ?? "").toLocaleString();
    }
  }
}

/* Buttons and keys */

const actions = {
  locate: () => { isAsked = true; refusal.hidden = true; position.ask(); },
  point: () => {
    refusal.hidden = true;
    isPointing = true;
    one("#map").classList.add("is-pointing");
    if (phone.matches) sheet.set("low");
    say("pointing");
  },
  fit: () => map.fit(),
  "zoom-in": () => map.zoomIn(),
  "zoom-out": () => map.zoomOut(),
  search: () => { sheet.set("full"); panel.classList.add("is-searching"); list.search.focus(); },
  close: () => select(null),
  keys: () => one("#keys").showModal(),
};

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-action]");
  if (!button) return;
  const toggled = button.dataset.toggle;
  if (toggled) button.setAttribute("aria-pressed", String(map.toggle(toggled)));
  else actions[button.dataset.action]();
  button.closest("details.menu")?.removeAttribute("open");
});

for (const button of document.querySelectorAll("[data-cell]")) {
  button.addEventListener("click", () => {
    select({ kind: "cell", id: Number(button.dataset.cell) });
    map.fit(mine.cells.filter(({ id }) => id === selection.id));
  });
}

const keys = {
  "/": actions.search,
  j: () => list.step(1),
  k: () => list.step(-1),
  "?": actions.keys,
  Escape: () => {
    list.clearSearch();
    list.search.blur();
    panel.classList.remove("is-searching");
    select(null);
  },
};

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.matches("input") && event.key !== "Escape";
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey || !keys[event.key] || one("#keys").open) return;
  event.preventDefault();
  keys[event.key]();
});

/* What lies around, once the own cells are drawn */

async function loadGround() {
  const banner = one("#no-ground");
  banner.hidden = true;
  try {
    const answer = await fetch(one("#map").dataset.ground);
    if (!answer.ok) throw new Error(`ground: ${answer.status}`);
    map.setGround(await answer.json());
    performance.mark("ground drawn");
    document.documentElement.dataset.ground = "ready";
  } catch {
    banner.hidden = false;
  }
}
actions.ground = loadGround;

addEventListener("resize", () => map.resize());
const [, kind, id] = location.hash.match(/^#(building|post|cell|case)-(\d+)$/) ?? [];
if (kind && placeOf({ kind, id: Number(id) })) select({ kind, id: Number(id), building: placeOf({ kind, id: Number(id) }).building });
loadGround();
