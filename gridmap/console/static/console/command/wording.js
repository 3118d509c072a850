/* Numbers, dates and sentences as the page writes them, in its language. */

import { fill } from "../../layers/charts.js";

const FEW = 20;
const DAY_MS = 86_400_000;

/** What turns values into words: `texts` are the page's sentences with names in braces. */
export function wording(texts, language) {
  const isChinese = language.startsWith("zh");
  const locale = isChinese ? language : "en-GB";
  const plain = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const fine = new Intl.NumberFormat(locale, { maximumFractionDigits: 1, minimumFractionDigits: 1 });
  const say = (key, values = {}) => fill(texts[key] ?? key, values);
  const dates = (first, last, today) => dateRange(first, last, today, locale, isChinese);
  return {
    say,
    number: (value) => plain.format(value),
    /** One decimal below ten, none above. */
    amount: (value) => (Number.isFinite(value) ? (value < 10 ? fine : plain).format(value) : "∞"),
    share: (part, all) => (all < FEW ? `${plain.format(part)} / ${plain.format(all)}` : `${fine.format((100 * part) / all)}%`),
    percent: (value) => `${fine.format(100 * value)}%`,
    dates,
    /** The chosen window in words: the last steps by their number, others by their dates. */
    period(cube, [from, to]) {
      if (to === cube.steps) return say(`last_${cube.step}`, { n: to - from });
      return dates(cube.edges[from], dayBefore(cube.edges[to]), cube.now);
    },
  };
}

/** The last day of a window that ends before `edge`, as ISO date. */
export function dayBefore(edge) {
  return new Date(Date.parse(edge) - DAY_MS).toISOString().slice(0, 10);
}

/* This year's dates have no year. */
function dateRange(first, last, today, locale, isChinese) {
  const isThisYear = first.slice(0, 4) === today.slice(0, 4) && last.slice(0, 4) === today.slice(0, 4);
  const format = new Intl.DateTimeFormat(locale, {
    month: isChinese ? "long" : "short", day: "numeric", ...(!isThisYear && { year: "numeric" }), timeZone: "UTC",
  });
  const range = format.formatRange(new Date(first), new Date(last));
  return isChinese ? range.replace(/\s*[至–-]\s*/, "—") : range;
}
