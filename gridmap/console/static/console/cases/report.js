/* A new report: where (by itself, or a finger), what (one tap), and the rest that has defaults. */

import { makePosition } from "../my_cells/position.js";
import { openDialogs } from "./dialogs.js";
import { makePhotos } from "./photos.js";
import { makePlace } from "./report_place.js";
import { makeSender } from "./report_send.js";

const form = document.querySelector("#report");
const one = (selector) => form.querySelector(selector);
const field = (name) => form.elements[name];
const heading = document.querySelector("#heading");
const back = document.querySelector("[data-back]");

form.dataset.ready = "ready";
openDialogs();

/* Drawn once, for all tries to send this report; and the time of now, also on a page that was kept. */
if (crypto.randomUUID && form.dataset.step === "1") field("key").value = crypto.randomUUID();
if (form.dataset.step === "1") field("occurred_at").value = beijingNow();

function beijingNow() {
  const parts = new Intl.DateTimeFormat("sv-SE", {
    timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short",
  }).format(new Date());
  return parts.replace(" ", "T");
}

/* Another time is shown as it is said in the language of the page. */
field("occurred_at").addEventListener("change", ({ target }) => {
  if (!target.value) return;
  one("#when [data-said]").textContent = new Date(target.value).toLocaleString(document.documentElement.lang, {
    month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false,
  });
});

/* Topic: the chosen one is sent as a field of the form. */

const topic = document.createElement("input");
topic.type = "hidden";
topic.name = "topic";
form.append(topic);
const chosen = () => one(".topic[aria-pressed=true]");
topic.value = chosen()?.dataset.topic ?? "";

function choose(button) {
  for (const other of form.querySelectorAll(".topic[data-topic]")) other.setAttribute("aria-pressed", String(other === button));
  topic.value = button.dataset.topic;
  goTo("2");
}

for (const button of form.querySelectorAll(".topic[data-topic]")) {
  button.addEventListener("click", () => choose(button));
}

/* Steps: the browser's own way back leads from the second to the first. */

function goTo(step, { isBack = false } = {}) {
  if (step === "2" && !isBack && history.state !== "2") history.pushState("2", "");
  show(step);
}

function show(step) {
  form.dataset.step = step;
  heading.textContent = step === "2" ? chosen()?.textContent.trim() || heading.dataset.first : heading.dataset.first;
  back.querySelector("use").setAttribute("href", step === "2" ? "#i-back" : "#i-x");
  document.querySelector("#main").scrollTo(0, 0);
  place.resize();
  if (step === "2") heading.focus();
}

const wide = matchMedia("(min-width: 640px)");
heading.tabIndex = -1;
back.addEventListener("click", (event) => {
  if (form.dataset.step !== "2") return;
  event.preventDefault();
  if (history.state === "2") history.back();
  else show("1");
});
addEventListener("popstate", ({ state }) => show(state === "2" ? "2" : "1"));

/* Where */

const place = makePlace(form, {
  onSame(near) {
    field("joins").value = near.code;
    const banner = one("#joined");
    banner.hidden = false;
    banner.querySelector("[data-code]").textContent = near.code;
    banner.querySelector("[data-title]").textContent = near.title;
    const button = one(`.topic[data-topic="${near.topic}"]`);
    if (button) choose(button);
    showOnSite();
  },
  onPlace: showOnSite,
});
const position = makePosition(place.found);

/* Only where it would be taken: in an own cell, and not with a case that is there. */
function showOnSite() {
  one("#on-site").hidden = !place.isMine || Boolean(field("joins").value);
}

const actions = {
  locate: () => { one("#refusal").hidden = true; position.ask(); },
  point: () => { one("#refusal").hidden = true; goBackToMap(); place.point(); },
  others(button) {
    one("#others").classList.add("is-shown");
    button.setAttribute("aria-expanded", "true");
    one("#others .topic").focus();
  },
  alone() { field("joins").value = ""; one("#joined").hidden = true; showOnSite(); },
};

function goBackToMap() {
  if (form.dataset.step !== "2" || wide.matches) return;
  if (history.state === "2") history.back();
  else show("1");
}

form.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-action]");
  if (button) actions[button.dataset.action](button);
});

/* The words, counted; the parties, named without their names */

const words = field("words");
const count = () => { one("[data-count]").textContent = words.value.length.toLocaleString("en"); };
words.addEventListener("input", count);
count();

const said = one("#parties-said");
form.addEventListener("input", () => {
  const named = [...form.querySelectorAll("[name$='-name']")].filter(({ value }) => value.trim()).length;
  said.textContent = named || said.dataset.none;
});

/* Sending */

makePhotos(one("[data-photos]"));
makeSender(form, { place, title: () => `${chosen()?.textContent.trim() ?? ""} ${place.title}`.trim() });
show(form.dataset.step);
