/*
 * The calendar strip: a bar for every step, and the chosen window over them, to drag, to resize and to move by keys.
 * Bars and words are SVG in the colours of the stylesheet, so that another theme needs no other picture.
 */

const SVG = "http://www.w3.org/2000/svg";
const AXIS = 20;
const TOP = 6;
const LABEL_EVERY = 76;

function draw(name, attributes, parent) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  parent.append(element);
  return element;
}

/**
 * A strip in `element`. `onChoose([from, to], isSettled)` is called with every step of a drag and once at its end.
 *
 * `words`: {start, end: names of the handles, tell([from, to]): a window in words, axis(step): a label or ""}
 */
export function calendarStrip(element, { words, onChoose }) {
  const svg = draw("svg", { class: "strip__bars", "aria-hidden": "true" }, element);
  const box = part("div", "strip__window", element);
  const handles = ["start", "end"].map((side) => makeHandle(side, words, box));
  const shown = { totals: [], chosen: [0, 1], bars: [], pitch: 1 };

  function layOut() {
    const { totals } = shown;
    const [width, height] = [element.clientWidth, element.clientHeight];
    if (!width || !totals.length) return;
    shown.pitch = width / totals.length;
    svg.replaceChildren();
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    shown.bars = drawBars(svg, totals, { pitch: shown.pitch, height: height - AXIS });
    drawAxis(svg, totals.length, { pitch: shown.pitch, y: height - 4, axis: words.axis });
    mark();
  }

  function mark() {
    const [from, to] = shown.chosen;
    shown.bars.forEach((bar, n) => bar.classList.toggle("is-chosen", n >= from && n < to));
    // Unlike another place on the page this is not a matter of layout.
    box.style.transform = `translateX(${from * shown.pitch}px)`;
    box.style.width = `${(to - from) * shown.pitch}px`;
    describe(handles, shown, words);
  }

  function choose(next, isSettled) {
    const isKnown = isSame(next, shown.chosen);
    if (isKnown && !isSettled) return;
    shown.chosen = next;
    if (!isKnown) mark();
    onChoose(next, isSettled);
  }

  listenToPointer(element, shown, choose);
  listenToKeys(handles, shown, choose);
  new ResizeObserver(layOut).observe(element);
  return {
    /** Other totals with their window. */
    show(totals, chosen) {
      shown.totals = totals;
      shown.chosen = chosen;
      layOut();
    },
    move(chosen) {
      if (isSame(chosen, shown.chosen)) return;
      shown.chosen = chosen;
      mark();
    },
  };
}

function part(name, className, parent) {
  const element = document.createElement(name);
  element.className = className;
  parent.append(element);
  return element;
}

function makeHandle(side, words, box) {
  const handle = part("div", `strip__handle strip__handle--${side}`, box);
  handle.tabIndex = 0;
  handle.setAttribute("role", "slider");
  handle.setAttribute("aria-label", words[side]);
  handle.dataset.side = side;
  return handle;
}

function describe([start, end], { chosen: [from, to], totals }, words) {
  const say = (handle, values) => Object.entries(values).forEach(([name, value]) => handle.setAttribute(`aria-${name}`, value));
  const text = words.tell([from, to]);
  say(start, { valuemin: 0, valuemax: to - 1, valuenow: from, valuetext: text });
  say(end, { valuemin: from + 1, valuemax: totals.length, valuenow: to, valuetext: text });
}

function drawBars(svg, totals, { pitch, height }) {
  const most = Math.max(1, ...totals);
  const width = Math.max(1, pitch - Math.min(2, pitch / 4));
  draw("line", { x1: 0, x2: pitch * totals.length, y1: height + 0.5, y2: height + 0.5, class: "strip__base" }, svg);
  return totals.map((total, n) => {
    const tall = total ? Math.max(2, (total / most) * (height - TOP)) : 0;
    const isUnfinished = n === totals.length - 1;
    return draw("rect", {
      x: n * pitch + (pitch - width) / 2, y: height - tall, width, height: tall, rx: Math.min(2, width / 3),
      class: isUnfinished ? "strip__bar strip__bar--unfinished" : "strip__bar",
    }, svg);
  });
}

function drawAxis(svg, steps, { pitch, y, axis }) {
  let free = -Infinity;
  for (let step = 0; step < steps; step += 1) {
    const label = axis(step);
    const x = step * pitch;
    if (!label || x < free || x + LABEL_EVERY / 2 > steps * pitch) continue;
    draw("text", { x, y, class: "strip__label" }, svg).textContent = label;
    free = x + LABEL_EVERY;
  }
}

const isSame = ([from, to], [first, last]) => from === first && to === last;
const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

/* A window moved by `by` steps, kept inside, with its length. */
export function moved([from, to], by, steps) {
  const start = clamp(from + by, 0, steps - (to - from));
  return [start, start + to - from];
}

/* A window with one end moved, never empty. */
export function resized([from, to], side, by, steps) {
  return side === "start" ? [clamp(from + by, 0, to - 1), to] : [from, clamp(to + by, from + 1, steps)];
}

function listenToPointer(element, shown, choose) {
  let grip = null;
  const stepAt = ({ clientX }) => (clientX - element.getBoundingClientRect().left) / shown.pitch;
  const chosenAt = ({ clientX }) => {
    const by = Math.round((clientX - grip.x) / shown.pitch);
    const steps = shown.totals.length;
    return grip.side ? resized(grip.chosen, grip.side, by, steps) : moved(grip.chosen, by, steps);
  };
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !shown.totals.length) return;
    const { side } = event.target.dataset;
    const isInside = event.target.closest(".strip__window");
    const at = stepAt(event);
    const [from, to] = shown.chosen;
    // Outside the window, the window comes to the pointer first.
    const start = isInside ? shown.chosen : moved(shown.chosen, Math.round(at - (from + to) / 2), shown.totals.length);
    grip = { side, x: event.clientX, chosen: start };
    element.setPointerCapture(event.pointerId);
    if (!isInside) choose(start, false);
  });
  element.addEventListener("pointermove", (event) => {
    if (grip) choose(chosenAt(event), false);
  });
  const release = (event) => {
    if (!grip) return;
    const chosen = chosenAt(event);
    grip = null;
    choose(chosen, true);
  };
  element.addEventListener("pointerup", release);
  element.addEventListener("pointercancel", release);
}

const STEP_OF = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -4, PageUp: 4, Home: -Infinity, End: Infinity };

function listenToKeys(handles, shown, choose) {
  for (const handle of handles) {
    handle.addEventListener("keydown", (event) => {
      const by = STEP_OF[event.key];
      if (by === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      const steps = shown.totals.length;
      const next = event.shiftKey ? resized(shown.chosen, handle.dataset.side, by, steps) : moved(shown.chosen, by, steps);
      choose(next, true);
    });
  }
}
