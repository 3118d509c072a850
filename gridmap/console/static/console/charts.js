/*
 * Charts that need no script of their own page:
 *
 *   <div id="ID" class="chart" data-chart="trend" aria-label="…" role="img"></div>
 *   <script type="application/json" id="ID-data"> (json_script; the shapes are in layers/charts.js) </script>
 *   <button type="button" data-table-for="ID" aria-pressed="false">…</button>
 *   <div id="ID-table" hidden> the table, from the server </div>
 *
 * The element has its height from the page's stylesheet; `data-source` may name other data. A table hears `tableshown`
 * when it comes into sight; what htmx brings later is looked through as well.
 */

import { CHARTS, showChart } from "../layers/charts.js";

const drawn = new WeakSet();

function drawAll() {
  for (const element of document.querySelectorAll("[data-chart]")) {
    if (drawn.has(element)) continue;
    drawn.add(element);
    const { chart, source = `${element.id}-data` } = element.dataset;
    const data = JSON.parse(document.getElementById(source).textContent);
    showChart(element, CHARTS[chart], { ...data, label: element.getAttribute("aria-label") });
  }
}

drawAll();
document.addEventListener("htmx:afterSettle", drawAll);

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-table-for]");
  if (!button) return;
  const chart = document.getElementById(button.dataset.tableFor);
  const isTable = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(isTable));
  const table = document.getElementById(`${chart.id}-table`);
  // A map goes on under its table: what has no size cannot draw.
  chart.hidden = isTable && !chart.classList.contains("leaflet-container");
  table.hidden = !isTable;
  if (isTable) table.dispatchEvent(new Event("tableshown", { bubbles: true }));
});
