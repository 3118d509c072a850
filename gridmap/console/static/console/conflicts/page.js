/* The place of a conflict: its outline on the ground, and its cases as points; and the link of the page. */
/* global L */

import { create } from "../../layers/basemap.js";
import { copyLink } from "../copy_link.js";

const one = (selector) => document.querySelector(selector);
const MARGIN = 40;
const DOT = 4.5;
const { outline, dashed, points } = JSON.parse(one("#ground").textContent);
const bounds = L.geoJSON(outline).getBounds();
for (const [lon, lat] of points) bounds.extend([lat, lon]);

const base = create(one("#map"), { scrollWheelZoom: false });
const { map } = base;
const layers = {
  halo: L.geoJSON(outline, { interactive: false }).addTo(map),
  line: L.geoJSON(outline, { interactive: false }).addTo(map),
  points: L.layerGroup(points.map(([lon, lat]) => L.circleMarker([lat, lon], { radius: DOT, interactive: false }))).addTo(map),
};

function paint() {
  const { colour } = base;
  layers.halo.setStyle({ color: colour("m-halo"), weight: 7, fill: false });
  layers.line.setStyle({ color: colour("ink"), weight: 2, dashArray: dashed ? "6 5" : null, fill: false });
  layers.points.eachLayer((point) => point.setStyle({ color: colour("surface"), weight: 1, fillColor: colour("h4"), fillOpacity: 1 }));
}

function fit() {
  map.fitBounds(bounds, { padding: [MARGIN, MARGIN], maxZoom: 16, animate: false });
}

const actions = { "zoom-in": () => map.zoomIn(), "zoom-out": () => map.zoomOut(), fit, copy: copyLink };

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-action]");
  if (button) actions[button.dataset.action]?.(button);
});

for (const element of document.querySelectorAll("[data-with-script]")) element.hidden = false;
fit();
paint();
// After the colours of the ground have been read anew.
new MutationObserver(paint).observe(document.documentElement, { attributeFilter: ["data-theme"] });
