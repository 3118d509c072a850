/* One cell in words: beside the pointer, and in a panel that leads on. */

/** The lines that tell of a cell: its name, its count, and what follows with its intervals and denominators. */
export function linesOf(cell, figures, words) {
  const { say, number, amount, share, percent } = words;
  const ends = ([low, high], write) => ({ low: write(low), high: write(high) });
  const { count, open, residents } = figures;
  if (cell.untold) return [cell.name, say("untold")];
  const lines = [cell.name, say("cases", { n: number(count) })];
  if (figures.rate) lines.push(say("tip_rate", { rate: amount(figures.rate.value), residents: number(residents), ...ends(figures.rate.interval, amount) }));
  if (figures.share) lines.push(say("tip_open", { share: share(open, count), ...ends(figures.share.interval, percent) }));
  if (figures.change) lines.push(changeWords(figures, words));
  if (!figures.rate && !figures.share && !figures.change) lines.push(say("too_few"));
  return lines;
}

/* Of a ratio to nothing only the least is known. */
function changeWords({ before, change: { value, interval: [low, high] } }, { say, number, amount }) {
  if (!before) return say("none_before", { low: amount(low) });
  return say("tip_change", { before: number(before), ratio: amount(value), low: amount(low), high: amount(high) });
}

function element(name, className, text = "") {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

/** What stands beside the pointer over `map`: `show(lines, [x, y])` or `show(null)`. */
export function pointerTip(map) {
  const tip = element("div", "maptip");
  tip.hidden = true;
  map.append(tip);
  return (lines, at) => {
    tip.hidden = !lines;
    if (!lines) return;
    tip.replaceChildren(...lines.map((line, n) => element("div", n ? "maptip__line" : "maptip__name", line)));
    const [x, y] = at;
    const isLeft = x + 24 + tip.offsetWidth > map.clientWidth;
    const top = Math.max(8, Math.min(map.clientHeight - tip.offsetHeight - 8, y - tip.offsetHeight / 2));
    tip.style.transform = `translate(${isLeft ? x - 16 - tip.offsetWidth : x + 16}px, ${top}px)`;
  };
}

/**
 * The panel of a chosen cell, in `parent`: `show(lines, links)` with links [{text, href} or {text, act}], or `show(null)`.
 */
export function cellPanel(parent, { closeText, onClose }) {
  const panel = element("section", "cellpanel");
  panel.hidden = true;
  panel.tabIndex = -1;
  parent.append(panel);
  const close = element("button", "cellpanel__close", "×");
  close.type = "button";
  close.setAttribute("aria-label", closeText);
  close.addEventListener("click", onClose);
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape") onClose();
  });
  return (lines, links = []) => {
    panel.hidden = !lines;
    if (!lines) return;
    panel.setAttribute("aria-label", lines[0]);
    const [name, ...rest] = lines;
    const row = element("p", "row row--wrap");
    row.append(...links.map(makeLink));
    panel.replaceChildren(element("h2", "cellpanel__name", name), close, ...rest.map((line) => element("p", "cellpanel__line", line)), row);
  };
}

function makeLink({ text, href, act }) {
  const link = element(href ? "a" : "button", "btn btn--sm", text);
  if (href) link.href = href;
  else {
    link.type = "button";
    link.addEventListener("click", act);
  }
  return link;
}
