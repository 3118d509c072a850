/*
 * Where cases were, over the map of the city: small squares out of overview tiles, in one of a few periods.
 *
 * `#cases` has the periods and the topics, `#cases-words` the sentences; what is shown stands in the address as `cases` (a
 * period) and `topic`. The page loads this module when somebody first asks for cases.
 */

import { unpack } from "../../layers/bins.js";
import { MORE } from "../../layers/paint.js";
import { sideOf, squares, zoomOfTiles } from "../../layers/squares.js";
import { dayBefore, wording } from "../command/wording.js";
import { showLegend } from "../legend.js";

const RETRY_MS = 5_000;
const PATIENCE_MS = 300;
const EMPTY = { bins: [], counts: [] };

const one = (selector) => document.querySelector(selector);
const root = one("#cases");
const topics = one("#cases-topic");
const words = wording(JSON.parse(one("#cases-words").textContent), document.documentElement.lang);

/** What the address says: {period: a button of `#cases`, or the one that is off; topic}. */
function read(search) {
  const query = new URLSearchParams(search);
  const buttons = [...root.querySelectorAll("[data-period]")];
  const period = buttons.find(({ dataset }) => dataset.period === query.get("cases")) ?? buttons[0];
  return { period, topic: period.dataset.period ? query.get("topic") ?? "" : "" };
}

/* An address of this page with another state. */
function withState(address, { period, topic }) {
  const url = new URL(address, location.href);
  for (const [name, value] of [["cases", period.dataset.period], ["topic", topic]]) {
    if (value) url.searchParams.set(name, value);
    else url.searchParams.delete(name);
  }
  return url.href;
}

/* Asking: what was overtaken never answers, and who was signed out meanwhile is led to the log-in. */

class Refused extends Error {}

async function ask(address, signal) {
  const answer = await fetch(address, { signal });
  if (answer.redirected) location.reload();
  if (answer.status === 400) throw new Refused(address);
  if (!answer.ok) throw new Error(`the squares did not come: ${answer.status}`);
  return answer;
}

/* What layers/squares.js draws. */
function sourceOf({ period: { dataset }, topic }, signal) {
  const query = new URLSearchParams({ since: dataset.since, until: dataset.until, ...(topic && { topic }) });
  const known = new Map();
  const hasSome = ({ status }) => status !== 204;
  return {
    async tile({ z, x, y }) {
      const answer = await ask(`/map/counts/${z}/${x}/${y}/?${query}`, signal);
      return hasSome(answer) ? unpack(await answer.arrayBuffer()) : EMPTY;
    },
    breaks(z) {
      if (!known.has(z)) known.set(z, ask(`/map/counts/${z}/?${query}`, signal).then(edges));
      known.get(z).catch(() => known.delete(z));
      return known.get(z);
    },
  };
  async function edges(answer) {
    return hasSome(answer) ? (await answer.json()).breaks : [];
  }
}

/** Watches the choice of `#cases` over a map (layers/basemap.js): {choose(key of a period)}. */
export function watchCases(base) {
  const { map, colour } = base;
  const pane = map.createPane("squares");
  // Below the outline of the area and the ring.
  Object.assign(pane.style, { zIndex: 390, pointerEvents: "none" });
  const layer = squares({ map, pane: "squares", colour });
  let state = read("");
  let [drawn, source, controller, asked] = [null, null, null, null];
  let isLifted = false;
  let [retry, patience] = [0, 0];

  const isOn = () => Boolean(state.period.dataset.period);

  function adopt(next) {
    state = next;
    root.classList.toggle("is-on", isOn());
    for (const button of root.querySelectorAll("[data-period]")) button.setAttribute("aria-pressed", String(button === state.period));
    topics.value = state.topic;
    carry();
    // On a phone the map is higher meanwhile.
    map.invalidateSize();
    controller?.abort();
    controller = new AbortController();
    source = isOn() ? sourceOf(state, controller.signal) : null;
    drawOf(source);
  }

  /* Other areas, and what is searched for, are shown with the same cases. */
  function carry() {
    const form = one("#search").form;
    const { pathname } = new URL(form.action);
    for (const link of document.querySelectorAll("#areas a[href]")) {
      if (link.pathname === pathname) link.href = withState(link.href, state);
    }
    for (const [name, value] of [["cases", state.period.dataset.period], ["topic", state.topic]]) {
      Object.assign(form.elements[name], { value, disabled: !value });
    }
  }

  async function drawOf(next) {
    one("#legend").hidden = !next;
    if (isLifted !== Boolean(next)) base.liftWords(isLifted = Boolean(next));
    if (next) {
      wait();
      fillTopics();
    } else settle("");
    try {
      if (await layer.show(next)) drawn = next && state;
      tell();
    } catch (error) {
      fail(error, () => drawOf(next));
    }
  }

  /* What is there is told when all of it is there. */
  async function tell() {
    if (!drawn || drawn !== state || layer.isLoading()) return;
    const count = layer.count();
    if (count === null) return;
    settle("");
    const zoom = zoomOfTiles(map.getZoom());
    const breaks = await source.breaks(zoom);
    if (drawn === state) explain(zoom, breaks, count);
  }

  function explain(zoom, breaks, count) {
    const { since, until } = drawn.period.dataset;
    const period = words.span({ edges: [since, until], now: root.dataset.today }, [0, 1]);
    const side = words.number(Number(sideOf(zoom, map.getCenter().lat).toPrecision(2)));
    const last = breaks.length - 1;
    const edges = breaks.map((edge, n) => (n === last ? words.say("and_up", { n: words.edge(edge) }) : words.edge(edge)));
    const note = breaks[0] > 1 ? words.say("below", { n: words.edge(breaks[0]) }) : "";
    showLegend({ title: words.say("title"), unit: words.say("unit", { n: side }), colours: breaks.length ? MORE : [], edges, note });
    one("#cases-period").textContent = period;
    one("#cases-seen").textContent = words.say(breaks.length ? "seen" : "none", { n: words.number(count) });
    const list = one("#cases-list");
    if (!list) return;
    const days = new URLSearchParams({ happened_from: since, happened_to: dayBefore(until), ...(drawn.topic && { topic: drawn.topic }) });
    list.href = `${list.dataset.address}&${days}`;
  }

  /* The old picture stays meanwhile. */
  function wait() {
    one("#legend").setAttribute("aria-busy", "true");
    clearTimeout(patience);
    patience = setTimeout(() => say("waiting"), PATIENCE_MS);
  }

  function settle(key) {
    clearTimeout(patience);
    clearTimeout(retry);
    asked = null;
    one("#legend").removeAttribute("aria-busy");
    say(key);
  }

  function say(key) {
    one("#cases-told").textContent = key && words.say(key);
  }

  function fail(error, again) {
    if (error.name === "AbortError") return;
    const isRefused = error instanceof Refused;
    settle(isRefused ? "refused" : "failed");
    if (isRefused) return;
    retry = setTimeout(again, RETRY_MS);
    asked = again;
  }

  async function askAgain() {
    try {
      await layer.retry();
      tell();
    } catch (error) {
      fail(error, askAgain);
    }
  }

  /* The names of the topics come with the first picture. */
  async function fillTopics() {
    if (topics.options.length > 1) return;
    const answer = await fetch("/api/lookups/").catch(() => null);
    if (!answer?.ok || topics.options.length > 1) return;
    for (const { code, label } of (await answer.json()).topics) topics.add(new Option(label, code));
    topics.value = state.topic;
    topics.closest("label").hidden = false;
  }

  function choose(next) {
    if (next.period === state.period && next.topic === state.topic) return;
    history.pushState(null, "", withState(location.href, next));
    adopt(next);
  }

  layer.on("load", tell);
  layer.on("loading", wait);
  layer.on("tileerror", ({ error }) => fail(error, askAgain));
  map.on("moveend", tell);
  topics.addEventListener("change", () => choose({ ...state, topic: topics.value }));
  addEventListener("popstate", () => adopt(read(location.search)));
  addEventListener("online", () => asked?.());
  // After the colours of the ground have been read anew.
  new MutationObserver(layer.repaint).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  adopt(read(location.search));
  return { choose: (key) => choose({ ...read(`?cases=${key}`), topic: key && state.topic }) };
}
