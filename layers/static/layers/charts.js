/*
 * The charts of the product: options for ECharts made of the colours of the theme, and their places in a page.
 * No titles, no legend boxes, no HTML in tooltips (the content policy forbids styled HTML).
 *
 * Data of the charts, as JSON. `says` is a sentence for the tooltip with the names in braces:
 *   trend      {months: ["2021-07", …], counts: [n, …], low: [n, …], high: [n, …] (both may be left out),
 *               measures: [{month: "2024-03", label: "1"}, …], open: true (the last month is not over), says}
 *              names: {month} {n} {low} {high}
 *   rhythm     {counts: [7 × 24 numbers, Monday first], ladder: [1, 2, 4, …], says}
 *              names: {day} {from} {to} {n}
 */

import { classOf, ladderBreaks, topOf } from "./breaks.js";

const DAYS = 7;
const HOURS = 24;
/* A Monday. */
const SOME_WEEK = Date.UTC(2024, 0, 1);

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const language = () => document.documentElement.lang;

function alpha(name, opacity) {
  const hex = css(name);
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  return `rgba(${red},${green},${blue},${opacity})`;
}

/** A sentence with its names in braces filled in. */
export function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** The names of the days, Monday first: one sign each; in full with "long". */
export function dayNames(width = "narrow") {
  const format = new Intl.DateTimeFormat(language(), { weekday: width, timeZone: "UTC" });
  return Array.from({ length: DAYS }, (_, day) => format.format(SOME_WEEK + day * 86_400_000));
}

function monthName(month) {
  return new Intl.DateTimeFormat(language(), { year: "numeric", month: "short", timeZone: "UTC" }).format(Date.parse(`${month}-01`));
}

function frame(label = "") {
  return {
    aria: { enabled: true, ...(label && { label: { description: label } }) },
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    animationDuration: 200,
    // Other data are there at once: they change while time is moved.
    animationDurationUpdate: 0,
    textStyle: { fontFamily: getComputedStyle(document.documentElement).fontFamily, fontSize: 12, color: css("ink-3") },
    grid: { left: 4, right: 4, top: 28, bottom: 4, containLabel: true },
    tooltip: {
      renderMode: "richText", confine: true, trigger: "axis", backgroundColor: css("surface"), borderColor: css("line-2"),
      borderWidth: 1, borderRadius: 8, padding: [8, 12], textStyle: { color: css("ink"), fontSize: 13 },
      axisPointer: { type: "shadow", shadowStyle: { color: alpha("ink", 0.05) } },
    },
  };
}

function category(data) {
  return {
    type: "category", data, axisTick: { show: false }, axisLine: { lineStyle: { color: css("line-2") } },
    axisLabel: { color: css("ink-3"), hideOverlap: true },
  };
}

function amount() {
  return {
    type: "value", minInterval: 1, splitNumber: 3, axisLabel: { color: css("ink-3") },
    splitLine: { lineStyle: { color: css("line") } },
  };
}

/** Cases by month with their usual range and the measures that were taken. */
export function trend(data) {
  const { months, counts, low, high, says } = data;
  const isYear = (n) => n === 0 || months[n].endsWith("-01");
  return {
    ...frame(data.label),
    tooltip: {
      ...frame().tooltip,
      formatter: ([{ dataIndex: n }]) => fill(says, { month: monthName(months[n]), n: counts[n], low: low?.[n] ?? "", high: high?.[n] ?? "" }),
    },
    xAxis: { ...category(months), axisLabel: { color: css("ink-3"), interval: isYear, formatter: (month) => month.slice(0, 4), align: "left" } },
    yAxis: amount(),
    series: [...(low ? usual(low, high) : []), bars(data)],
  };
}

function usual(low, high) {
  const silent = { type: "line", stack: "usual", symbol: "none", silent: true };
  return [
    { ...silent, data: low, lineStyle: { opacity: 0 } },
    {
      ...silent, z: 1, data: high.map((value, n) => value - low[n]),
      lineStyle: { color: css("pri"), width: 1.5, type: [3, 3] }, areaStyle: { color: alpha("pri", 0.14) },
    },
  ];
}

/* Near an edge the words of a line keep to the inside. */
function sideOf(n, count) {
  if (n > count * 0.9) return "right";
  return n < count * 0.1 ? "left" : "center";
}

function bars({ months, counts, measures = [], open }) {
  const unfinished = { color: alpha("h4", 0.25), borderColor: css("h4"), borderType: "dashed" };
  const isUnfinished = (n) => open && n === counts.length - 1;
  return {
    type: "bar", z: 3, barCategoryGap: "30%",
    data: counts.map((value, n) => (isUnfinished(n) ? { value, itemStyle: unfinished } : value)),
    itemStyle: { color: css("h4"), borderRadius: [2, 2, 0, 0] },
    markLine: {
      symbol: ["none", "circle"], symbolSize: 6, silent: true, lineStyle: { color: css("ink"), type: "solid", width: 1.2 },
      label: { color: css("ink"), fontSize: 12, formatter: ({ name }) => name },
      data: measures.map(({ month, label }) => ({ name: label, xAxis: month, label: { align: sideOf(months.indexOf(month), months.length) } })),
    },
  };
}

/* The six lower edges by which a rhythm is coloured. */
function rhythmBreaks({ counts, ladder }) {
  return ladderBreaks(ladder, topOf(counts));
}

/** Days by hours; the class of a slot is its colour. */
export function rhythm(data, { width, height }) {
  const { counts, says } = data;
  const breaks = rhythmBreaks(data);
  const colours = [css("sunken"), ...breaks.map((_, n) => css(`h${n + 1}`))];
  const grid = { left: 24, right: 0, top: 20, bottom: 0, containLabel: false };
  const size = [(width - grid.left) / HOURS - 2, (height - grid.top) / DAYS - 2];
  const plain = { axisLine: { show: false }, axisTick: { show: false } };
  return {
    ...frame(data.label),
    grid,
    tooltip: { ...frame().tooltip, trigger: "item", formatter: ({ value }) => sayHour(says, value) },
    xAxis: { ...category([...Array(HOURS).keys()]), ...plain, position: "top", axisLabel: { color: css("ink-3"), interval: 5 } },
    yAxis: { ...category(dayNames()), ...plain, inverse: true, axisLabel: { color: css("ink-3"), interval: 0, margin: 4 } },
    series: [{
      type: "scatter", symbol: "roundRect", symbolSize: size, emphasis: { scale: false, itemStyle: { borderColor: css("ink"), borderWidth: 1 } },
      data: Array.from(counts, (count, n) => ({
        value: [n % HOURS, Math.floor(n / HOURS), count], itemStyle: { color: colours[classOf(count, breaks)], opacity: 1 },
      })),
    }],
  };
}

function sayHour(says, [hour, day, n]) {
  return fill(says, { day: dayNames("long")[day], from: hour, to: hour + 1, n });
}

export const CHARTS = { trend, rhythm };

let library;

/* A module of its own kind: it leaves its name in the window. */
function loadLibrary() {
  library ??= import("../vendor/echarts.js").then(() => globalThis.echarts);
  return library;
}

/**
 * A chart in `element` that follows the theme and its own size.
 *
 * The library is asked for when the element first comes into view. Returns a function that shows other data on the same axes.
 */
export function showChart(element, build, data) {
  const state = { data, chart: null };
  const draw = () => {
    const [width, height] = [element.clientWidth, element.clientHeight];
    if (!state.chart || !width || !height) return;
    state.chart.resize();
    state.chart.setOption(build(state.data, { width, height }), true);
  };
  const seen = new IntersectionObserver(async (entries) => {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
    seen.disconnect();
    const echarts = await loadLibrary();
    state.chart = echarts.init(element, null, { renderer: "canvas" });
    new ResizeObserver(draw).observe(element);
    new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  });
  seen.observe(element);
  return (next) => {
    state.data = next;
    const { clientWidth: width, clientHeight: height } = element;
    if (state.chart && width && height) state.chart.setOption({ series: build(next, { width, height }).series });
  };
}
