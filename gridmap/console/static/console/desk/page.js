/* A board: htmx swaps the list, the map follows it, the keyboard walks through it. */

import { copyLink } from "../copy_link.js";
import { drawMap } from "./map.js";
import { watchToasts } from "../toast.js";

const one = (selector) => document.querySelector(selector);
const all = (selector) => [...document.querySelectorAll(selector)];
const json = (id) => JSON.parse(document.getElementById(id)?.textContent ?? "null");

const element = one("#map");
const board = drawMap(element, { onChoose: choose, onPress: press });
let isPointing = false;

/* After every swap */

function settle() {
  for (const part of all("[data-with-script]")) part.hidden = false;
  openDialog();
  board.show({ pins: json("pins") ?? [], outline: json("outline"), card: one(".opened .cellcard"), current: one(".case--on")?.dataset.code ?? "" });
  one(".case--on")?.scrollIntoView({ block: "nearest" });
  const every = one("[data-action=all]");
  if (every) every.disabled = all("[name=checked]").length === 0;
  point(false);
  countChecked();
  watchToasts(one("#toasts"));
}

/* A question about what cannot be taken back holds the focus until it is answered. */
function openDialog() {
  const dialog = one("#ask");
  if (!dialog) return;
  dialog.close();
  dialog.showModal();
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    one("#ask-back").click();
  });
}

let scrolled = { list: "", top: 0 };

document.addEventListener("htmx:beforeSwap", () => {
  const list = one("#list");
  if (list) scrolled = { list: list.dataset.list, top: list.scrollTop };
});
// What is swapped beside the list (lines, badges) settles too.
document.addEventListener("htmx:afterSettle", ({ target }) => {
  if (target.id !== "desk") return;
  const list = one("#list");
  if (list?.dataset.list === scrolled.list) list.scrollTop = scrolled.top;
  one("#failed").hidden = true;
  settle();
});
document.addEventListener("htmx:beforeRequest", () => one("#list")?.setAttribute("aria-busy", "true"));
document.addEventListener("htmx:afterRequest", () => one("#list")?.removeAttribute("aria-busy"));
for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(name, () => { one("#failed").hidden = false; });
}

/* List and map */

function choose(code) {
  const row = document.getElementById(`case-${code}`);
  if (row?.classList.contains("case--on")) row.scrollIntoView({ block: "nearest" });
  else row?.querySelector(".case__link").click();
}

function point(on) {
  isPointing = on;
  element.classList.toggle("is-pointing", on);
  one("[data-action=pick]")?.setAttribute("aria-pressed", String(on));
  if (!on) board.mark(null);
}

async function press(latlng) {
  if (!isPointing) return;
  board.mark(latlng);
  const answer = await fetch(`${element.dataset.identify}?lon=${latlng.lng.toFixed(6)}&lat=${latlng.lat.toFixed(6)}`);
  if (!answer.ok) return;
  const [cell] = (await answer.json()).cells;
  if (cell) fill(cell.code);
}

function fill(value) {
  const input = one(".ask [name=cell]");
  input.value = value;
  input.focus();
}

/* What is checked */

const ticks = () => all("[name=checked]");

function countChecked() {
  const words = one("[data-count]");
  if (words) words.textContent = words.dataset.count.replace("{n}", ticks().filter(({ checked }) => checked).length);
}

document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-action=all]")) for (const tick of ticks()) tick.checked = target.checked;
  if (target.matches("[data-action=all], [name=checked]")) countChecked();
});

/* Buttons and keys */

function step(by) {
  const links = all(".case__link");
  const from = links.indexOf(document.activeElement);
  const current = from >= 0 ? from : links.findIndex((link) => link.getAttribute("aria-expanded") === "true");
  links[Math.max(0, Math.min(links.length - 1, current + by))]?.focus();
}

function close() {
  if (isPointing) point(false);
  else if (one("#ask-back")) one("#ask-back").click();
  else one(".case__link[aria-expanded=true]")?.click();
}

const actions = {
  "zoom-in": () => board.map.zoomIn(),
  "zoom-out": () => board.map.zoomOut(),
  fit: () => board.fit(),
  copy: copyLink,
  pick: () => point(!isPointing),
  fill: (button) => fill(button.dataset.value),
};
const keys = {
  "/": () => one("#search").focus(),
  j: () => step(1),
  k: () => step(-1),
  Escape: close,
  "?": () => one("#keys").showModal(),
};

document.addEventListener("click", ({ target }) => {
  const button = target.closest("button[data-action]");
  if (button) actions[button.dataset.action]?.(button);
});

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.matches("input:not([type=checkbox], [type=radio]), textarea, select") && event.key !== "Escape";
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey || !keys[event.key] || one("dialog:modal")) return;
  event.preventDefault();
  keys[event.key]();
});

settle();
