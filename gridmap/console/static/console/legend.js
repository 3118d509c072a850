/* The legend: title, unit, the colours with the lower edge of every class, and what the picture is not. */

/* The padding of the box, into which the last number may reach. */
const ROOM = 10;

const one = (id) => document.getElementById(id);

/**
 * Shows a legend: {title, unit, colours: names of the theme, edges: words, note}.
 *
 * There are as many edges as colours, or one less where the first colour has no lower edge.
 */
export function showLegend({ title, unit, colours, edges, note }) {
  one("legend-title").textContent = title;
  one("legend-unit").textContent = unit;
  one("legend-note").textContent = note;
  const columns = `repeat(${colours.length}, minmax(0, 1fr))`;
  fillRow(one("legend-ramp"), columns, colours.map((name) => swatch(name)));
  const labels = Array.from({ length: colours.length - edges.length }, () => "").concat(edges);
  fillRow(one("legend-edges"), columns, labels.map((text) => label(text)));
  shorten(one("legend-edges").lastElementChild);
}

/* Large numbers leave no room for “or more”; the row ends there anyway. */
function shorten(last) {
  if (last && last.scrollWidth > last.clientWidth + ROOM) [last.textContent] = last.textContent.split(" ");
}

function fillRow(row, columns, parts) {
  row.hidden = parts.length === 0;
  row.style.gridTemplateColumns = columns;
  row.replaceChildren(...parts);
}

function swatch(name) {
  const part = document.createElement("span");
  part.style.background = `var(--${name})`;
  return part;
}

function label(text) {
  const part = document.createElement("span");
  part.textContent = text;
  return part;
}
