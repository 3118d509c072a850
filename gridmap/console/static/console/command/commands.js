/* The buttons and keys of the page. */

import { copyLink } from "../copy_link.js";
import { drawSheet, save } from "./picture.js";
import { dayBefore } from "./wording.js";

const one = (selector) => document.querySelector(selector);
const all = (selector) => [...document.querySelectorAll(selector)];

/** `page`: {map, words, shown, filters, say(text), change(state), select(number)} */
export function listenToCommands(page) {
  const { map, change, words, say } = page;

  async function savePicture() {
    const { cube, window: [from, to] } = page.shown;
    if (!cube) return;
    await save(drawSheet(sheetOf(page)), `gridmap-${cube.edges[from]}-${dayBefore(cube.edges[to])}.png`);
    say(words.say("saved"));
  }

  const actions = {
    "zoom-in": () => map.map.zoomIn(), "zoom-out": () => map.map.zoomOut(), fit: () => map.fit(),
    "copy-link": copyLink, "save-png": savePicture,
  };
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (!button) return;
    const { action, view, step } = button.dataset;
    actions[action ?? button.id]?.(button);
    if (view && button.closest("#modes")) change({ view });
    if (step && button.closest("#steps")) change({ step, from: "", to: "" });
  });

  one("#measure")?.addEventListener("change", ({ target: { value } }) => {
    // A measure is of cells; the number of cases is also what the density is made of.
    change(value === "count" ? { measure: value } : { measure: value, view: "cells" });
  });

  one("#quarter")?.addEventListener("change", ({ target: { value } }) => {
    const [from, to] = value.split(" ");
    change({ step: "month", from, to });
  });

  const keys = { j: () => walk(1), k: () => walk(-1), Escape: () => page.select(-1), "?": () => one("#keys")?.showModal() };
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.matches("input, select, textarea") && event.key !== "Escape";
    const isOther = event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || one("dialog:modal");
    if (isTyping || isOther || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
}

function walk(by) {
  const rows = all("#conflicts a[data-conflict]");
  const at = rows.indexOf(document.activeElement) + by;
  rows[Math.max(0, Math.min(rows.length - 1, at))]?.focus();
}

function sheetOf({ map, words, shown, filters }) {
  const { say, moment } = words;
  const { cube, window } = shown;
  // A picture is looked at on another day: its period has dates.
  const counted = words.counted(cube, window, words.span(cube, window));
  return {
    map: map.map,
    colour: map.colour,
    legend: shown.legend,
    title: [say("title"), one("[data-kind=area] [data-said]")?.textContent].filter(Boolean).join(" · "),
    lines: [counted, filters.said().join(" · ")],
    notes: [say("picture_made", { time: moment(shown.at) }), one("#demonstration") ? say("picture_demo") : ""],
    scaleText: (metres) => (metres < 1000 ? say("picture_metres", { n: metres }) : say("picture_scale", { n: metres / 1000 })),
  };
}
