/* Numbers, dates and sentences as the page writes them, in its language. */

import { fill } from "../../layers/charts.js";

const FEW = 20;
/* Making a format takes longer than all else of a step's words. */
const formats = new Map();
const DAY_MS = 86_400_000;

function dateFormat(locale, options) {
  const key = `${locale} ${JSON.stringify(options)}`;
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(locale, options));
  return formats.get(key);
}

/** What turns values into words: `texts` are the page's sentences with names in braces. */
export function wording(texts, language) {
  const isChinese = language.startsWith("zh");
  const locale = isChinese ? language : "en-GB";
  const plain = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const fine = new Intl.NumberFormat(locale, { maximumFractionDigits: 1, minimumFractionDigits: 1 });
  const edge = new Intl.NumberFormat(locale, { maximumFractionDigits: 3 });
  const sign = isChinese ? "%" : "\u00a0%";
  const say = (key, values = {}) => fill(texts[key] ?? key, values);
  const dates = (first, last, today) => dateRange(first, last, today, locale, isChinese);
  return {
    say,
    number: (value) => plain.format(value),
    /** The edge of a class: as many decimals as it has, three at most. */
    edge: (value) => edge.format(value),
    /** One decimal below ten, none above. */
    amount: (value) => (Number.isFinite(value) ? (value < 10 ? fine : plain).format(value) : "∞"),
    share: (part, all) => (all < FEW ? `${plain.format(part)} / ${plain.format(all)}` : `${fine.format((100 * part) / all)}${sign}`),
    percent: (value) => `${fine.format(100 * value)}${sign}`,
    /** The edge of a class of shares. */
    edgePercent: (value) => `${edge.format(100 * value)}${sign}`,
    /** The chosen window in words: the last steps by their number, others by their dates. */
    period(cube, [from, to]) {
      if (to === cube.steps && !cube.merged) return say(`last_${cube.step}`, { n: to - from });
      return this.span(cube, [from, to]);
    },
    /** A window with its cases; where some places are not told, nobody can say of all. */
    counted(cube, [from, to], period = this.period(cube, [from, to])) {
      const untold = cube.cells.filter((cell) => cell.untold).length;
      if (untold && untold === cube.cells.length) return say("window_untold", { period });
      return say(untold ? "window_partly" : "window", { period, n: plain.format(cube.totalIn(from, to)) });
    },
    /** The dates of a window, not beyond today. */
    span(cube, [from, to]) {
      const [last, today] = [dayBefore(cube.edges[to]), cube.now.slice(0, 10)];
      return dates(cube.edges[from], last < today ? last : today, today);
    },
    list: (parts) => new Intl.ListFormat(locale, { type: "conjunction" }).format(parts),
    /** The name of a step on an axis, or "" where it has none: Mondays, quarters, years. */
    axis: (cube, step) => axisLabel(cube, step, locale),
    moment: (at) => dateFormat(locale, { dateStyle: "long", timeStyle: "short", timeZone: "Asia/Shanghai" }).format(at),
  };
}

/** The last day of a window that ends before `edge`, as ISO date. */
export function dayBefore(edge) {
  return new Date(Date.parse(edge) - DAY_MS).toISOString().slice(0, 10);
}

/* This year's dates have no year, and neither a year nor a month is said twice. */
function dateRange(first, last, today, locale, isChinese) {
  const isSameYear = first.slice(0, 4) === last.slice(0, 4);
  const isThisYear = isSameYear && last.slice(0, 4) === today.slice(0, 4);
  const write = (day, options) => dateFormat(locale, { ...options, timeZone: "UTC" }).format(new Date(day));
  const whole = { ...(!isThisYear && { year: "numeric" }), month: isChinese ? "long" : "short", day: "numeric" };
  if (first === last) return write(first, whole);
  if (!isChinese) {
    const range = dateFormat(locale, { ...whole, timeZone: "UTC" }).formatRange(new Date(first), new Date(last));
    return range.replace(/^(\d+)\s*–\s*/, "$1–");
  }
  const isSameMonth = first.slice(0, 7) === last.slice(0, 7);
  const ending = isSameYear ? { month: "long", day: "numeric" } : whole;
  return `${write(first, whole)}—${write(last, isSameMonth ? { day: "numeric" } : ending)}`;
}

function axisLabel({ step, starts }, n, locale) {
  const start = starts[n];
  const [year, month] = start.split("-").map(Number);
  const write = (options) => dateFormat(locale, { ...options, timeZone: "UTC" }).format(new Date(start));
  if (step === "day") return new Date(start).getUTCDay() === 1 ? write({ month: "short", day: "numeric" }) : "";
  if (step === "month") return month === 1 ? write({ year: "numeric" }) : "";
  const isFirst = Number(starts[n - 1]?.split("-")[1]) !== month;
  if (!isFirst || month % 3 !== 1) return "";
  const isNewYear = Number(starts.find((day) => Number(day.split("-")[1]) % 3 === 1)?.split("-")[0]) === year && n < 14;
  return write(isNewYear || month === 1 ? { year: "numeric", month: "short" } : { month: "short" });
}
