/*
 * Charts that need no script of their own page:
 *
 *   <div id="ID" class="chart" data-chart="trend" data-source="ID-data" aria-label="…" role="img"></div>
 *   <script type="application/json" id="ID-data"> (json_script; the shapes are in layers/charts.js) </script>
 *   <button type="button" data-table-for="ID" aria-pressed="false">看表格</button>
 *   <div id="ID-table" hidden> the table, from the server </div>
 *
 * The element has its height from the page's stylesheet.
 */

import { CHARTS, showChart } from "../layers/charts.js";

for (const element of document.querySelectorAll("[data-chart]")) {
  const { chart, source } = element.dataset;
  const data = JSON.parse(document.getElementById(source).textContent);
  showChart(element, CHARTS[chart], { ...data, label: element.getAttribute("aria-label") });
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-table-for]");
  if (!button) return;
  const chart = document.getElementById(button.dataset.tableFor);
  const isTable = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(isTable));
  chart.hidden = isTable;
  document.getElementById(`${chart.id}-table`).hidden = !isTable;
});
