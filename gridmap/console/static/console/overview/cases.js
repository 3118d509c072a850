/*
 * Where cases were, over the map of the city: small squares out of overview tiles, in one of a few periods.
 *
 * `#cases` has the periods and the topics, `#cases-words` the sentences; what is shown stands in the address as `cases` (a
 * period) and `topic`. The page loads this module when somebody first asks for cases.
 */

import { MORE } from "../../layers/paint.js";
import { sideOf, squares, zoomOfTiles } from "../../layers/squares.js";
import { dayBefore, wording } from "../command/wording.js";
import { showLegend } from "../legend.js";
import { Refused, sourceOf } from "./cases_source.js";

const RETRY_MS = 5_000;
const PATIENCE_MS = 300;
/* Below the outline of the area and the ring. */
const LEVEL = 390;

const one = (selector) => document.querySelector(selector);
const [root, topics, told, legend, list] = ["#cases", "#cases-topic", "#cases-told", "#legend", "#cases-list"].map(one);
const periods = [...root.querySelectorAll("[data-period]")];
const [off] = periods;
const words = wording(JSON.parse(one("#cases-words").textContent), document.documentElement.lang);

/* The state is {period: one of the buttons, topic}; what cannot be is off. */

function read(search) {
  const query = new URLSearchParams(search);
  const period = periods.find(({ dataset }) => dataset.period === query.get("cases")) ?? off;
  return { period, topic: period === off ? "" : query.get("topic") ?? "" };
}

const inAddress = ({ period, topic }) => [["cases", period.dataset.period], ["topic", topic]];

function withState(address, state) {
  const url = new URL(address, location.href);
  for (const [name, value] of inAddress(state)) {
    if (value) url.searchParams.set(name, value);
    else url.searchParams.delete(name);
  }
  return url.href;
}

function showState(state) {
  root.classList.toggle("is-on", state.period !== off);
  legend.hidden = state.period === off;
  for (const button of periods) button.setAttribute("aria-pressed", String(button === state.period));
  topics.value = state.topic;
  carry(state);
}

/* Other areas, and what is searched for, are shown with the same cases. */
function carry(state) {
  const { form } = one("#search");
  const { pathname } = new URL(form.action);
  for (const link of document.querySelectorAll("#areas a[href]")) {
    if (link.pathname === pathname) link.href = withState(link.href, state);
  }
  for (const [name, value] of inAddress(state)) Object.assign(form.elements[name], { value, disabled: !value });
}

/* The names of the topics come with the first picture; without them all topics are shown. */
async function fillTopics(topic) {
  if (topics.options.length > 1) return;
  const answer = await fetch("/api/lookups/").catch(() => null);
  if (!answer?.ok || topics.options.length > 1) return;
  for (const { code, label } of (await answer.json()).topics) topics.add(new Option(label, code));
  topics.value = topic;
  topics.closest("label").hidden = false;
}

/* What the squares say: the classes, and how many cases are seen. */

function explain({ period: { dataset }, topic }, { zoom, latitude, breaks, count }) {
  const { since, until } = dataset;
  const side = words.number(Number(sideOf(zoom, latitude).toPrecision(2)));
  const edges = breaks.map(words.edge);
  if (edges.length) edges.push(words.say("and_up", { n: edges.pop() }));
  showLegend({
    title: words.say("title"), unit: words.say("unit", { n: side }), colours: edges.length ? MORE : [], edges,
    note: breaks[0] > 1 ? words.say("below", { n: words.edge(breaks[0]) }) : "",
  });
  one("#cases-period").textContent = words.span({ edges: [since, until], now: root.dataset.today }, [0, 1]);
  one("#cases-seen").textContent = words.say(edges.length ? "seen" : "none", { n: words.number(count) });
  if (!list) return;
  const days = new URLSearchParams({ happened_from: since, happened_to: dayBefore(until), ...(topic && { topic }) });
  list.href = `${list.dataset.address}&${days}`;
}

/* How it goes: what takes long and what fails is said; what failed is tried again, at once when the network is back. */

const timers = { patience: 0, retry: 0 };
let again = null;

function say(key) {
  told.textContent = key && words.say(key);
  told.classList.toggle("is-waiting", key === "waiting");
}

function settle(key) {
  clearTimeout(timers.patience);
  clearTimeout(timers.retry);
  again = null;
  legend.removeAttribute("aria-busy");
  say(key);
}

function wait() {
  legend.setAttribute("aria-busy", "true");
  clearTimeout(timers.patience);
  timers.patience = setTimeout(() => say("waiting"), PATIENCE_MS);
}

function fail(error, act) {
  if (error.name === "AbortError") return;
  if (error instanceof Refused) {
    settle("refused");
    return;
  }
  settle("failed");
  again = act;
  timers.retry = setTimeout(act, RETRY_MS);
}

/** Watches the choice of `#cases` over a map (layers/basemap.js): {choose(key of a period)}. */
export function watchCases(base) {
  const { map, colour } = base;
  Object.assign(map.createPane("squares").style, { zIndex: LEVEL, pointerEvents: "none" });
  const layer = squares({ map, pane: "squares", colour });
  let state = { period: off, topic: "" };
  let [drawn, source, controller] = [null, null, null];

  function adopt(next) {
    const isOther = (next.period === off) !== (state.period === off);
    state = next;
    showState(state);
    // On a phone the map is higher meanwhile.
    map.invalidateSize();
    if (isOther) base.liftWords(state.period !== off);
    controller?.abort();
    controller = new AbortController();
    source = state.period === off ? null : sourceOf({ ...state.period.dataset, topic: state.topic }, controller.signal);
    settle("");
    draw();
  }

  async function draw() {
    if (source) {
      wait();
      fillTopics(state.topic);
    }
    const next = source;
    try {
      if (await layer.show(next)) drawn = next;
      tell();
    } catch (error) {
      fail(error, draw);
    }
  }

  /* What is there is told when all of it is there. */
  async function tell() {
    const count = drawn && drawn === source ? layer.count() : null;
    if (count === null) return;
    settle("");
    const zoom = zoomOfTiles(map.getZoom());
    const breaks = await drawn.breaks(zoom);
    if (drawn === source) explain(state, { zoom, latitude: map.getCenter().lat, breaks, count });
  }

  async function retry() {
    try {
      await layer.retry();
      tell();
    } catch (error) {
      fail(error, retry);
    }
  }

  function choose(next) {
    if (next.period === state.period && next.topic === state.topic) return;
    history.pushState(null, "", withState(location.href, next));
    adopt(next);
  }

  layer.on("painted", tell);
  layer.on("loading", wait);
  layer.on("tileerror", ({ error }) => fail(error, retry));
  map.on("moveend", tell);
  topics.addEventListener("change", () => choose({ ...state, topic: topics.value }));
  addEventListener("popstate", () => adopt(read(location.search)));
  addEventListener("online", () => again?.());
  // After the colours of the ground have been read anew.
  new MutationObserver(layer.repaint).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  adopt(read(location.search));
  return { choose: (key) => choose({ ...read(`?cases=${key}`), topic: key && state.topic }) };
}
