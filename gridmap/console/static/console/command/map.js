/* The map of the situation: the ground, the picture of the counts, names above it, outlines and single cases on top. */
/* global L */

import { create } from "../../layers/basemap.js";
import { choropleth } from "../../layers/choropleth.js";
import { heat } from "../../layers/heat.js";
import { outlines } from "../../layers/outlines.js";
import { fromUnits, paper, toUnits } from "../../layers/paper.js";
import { drawPins, placePins } from "../../layers/pins.js";
import { holds, shape } from "../../layers/shapes.js";

const MARGIN = 40;
const PIN = 22;
const KINDS = { overdue: "over", today: "today", open: "open", other: "rest" };
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

/**
 * The map in `element`, which tells its `bounds` as JSON (west, south, east, north).
 *
 * `on` is told what the pointer finds: hover({cell, conflict, pin, at}) with `at` in pixels of the map, press(the same),
 * settle(); on a wall nobody points, and it is null.
 */
export function situationMap(element, on) {
  const [west, south, east, north] = JSON.parse(element.dataset.bounds);
  const range = L.latLngBounds([south, west], [north, east]);
  const base = create(element, { isCovered: true, ...firstView(element, range) });
  const { map, colour } = base;
  const middle = L.CRS.EPSG3857.project(range.getCenter());
  const origin = [Math.round(middle.x), Math.round(middle.y)];
  const layers = makeLayers(map, origin, colour);
  const pins = { all: [], placed: [], view: null };
  const boundsOf = ([left, top, right, bottom]) => L.latLngBounds(fromUnits([left, bottom], origin), fromUnits([right, top], origin));
  const fit = (bounds, maxZoom = 17) => map.fitBounds(bounds, { padding: [MARGIN, MARGIN], maxZoom, animate: !still, duration: 0.4 });
  let looked = "";
  const single = paper(origin, (view) => paintPins(view, pins, colour), { pane: "cases" }).addTo(map);

  function find({ latlng, containerPoint }) {
    const point = toUnits(latlng, origin);
    const pin = pins.view && pinAt(pins, point);
    const conflict = pin ? "" : layers.conflicts.at(point);
    return { pin, conflict, cell: layers.cells.at(point), at: [containerPoint.x, containerPoint.y] };
  }

  if (on) {
    map.on("mousemove", (event) => on.hover(find(event)));
    map.on("mouseout", () => on.hover(null));
    map.on("click", (event) => on.press(find(event)));
    map.on("moveend", () => on.settle());
  }
  new MutationObserver(() => {
    colour.refresh();
    for (const layer of [layers.cells, layers.heat, layers.conflicts, single]) layer?.repaint();
  }).observe(document.documentElement, { attributeFilter: ["data-theme"] });

  return {
    map,
    layers,
    colour,
    fit: () => fit(range),
    /** Another grid of densities; without one there is no picture of them. */
    layHeat(grid, side) {
      layers.heat?.remove();
      layers.heat = grid && heat({ grid, side, origin, colour, pane: "density" }).addTo(map);
    },
    showPins(points) {
      pins.all = points.map((point) => ({ ...point, kind: KINDS[point.due], at: toUnits(L.latLng(point.lat, point.lon), origin) }));
      single.repaint();
    },
    /** The areas around a cell, the smallest first: of `features`, GeoJSON with the properties code and name. */
    areasAround(cell, features) {
      const [left, top, right, bottom] = layers.cells.boxOf(cell);
      const size = ({ box }) => (box[2] - box[0]) * (box[3] - box[1]);
      return features.map(({ properties, geometry }) => ({ ...properties, ...shape(geometry, origin) }))
        .filter((area) => holds(area, [(left + right) / 2, (top + bottom) / 2]))
        .sort((a, b) => size(a) - size(b));
    },
    /** Another area comes into view as a whole, once; all where it is not among the geometries that are `known` by code. */
    look(area, known) {
      if (area === looked) return;
      looked = area;
      if (!known.has(area)) fit(range);
      else fit(boundsOf(shape(known.get(area), origin).box));
    },
    goTo(box, maxZoom = 15) {
      const bounds = boundsOf(box);
      if (!map.getBounds().contains(bounds)) fit(bounds, maxZoom);
    },
  };
}

/* Known before the map is made, so that no tile is asked for in vain. */
function firstView(element, range) {
  const project = (corner) => L.CRS.EPSG3857.latLngToPoint(corner, 0);
  const [from, to] = [project(range.getNorthWest()), project(range.getSouthEast())];
  const room = Math.min((element.clientWidth - 2 * MARGIN) / (to.x - from.x), (element.clientHeight - 2 * MARGIN) / (to.y - from.y));
  return { center: range.getCenter(), zoom: Math.max(9, Math.min(17, Math.floor(Math.log2(room)))) };
}

/* From below to above; the names of the ground lie between the counts and the outlines. */
function makeLayers(map, origin, colour) {
  for (const [name, level] of [["density", 410], ["areas", 420], ["conflicts", 460], ["cases", 470]]) {
    const pane = map.createPane(name);
    pane.style.zIndex = level;
    pane.style.pointerEvents = "none";
  }
  return {
    heat: null,
    cells: choropleth({ origin, colour, pane: "areas" }).addTo(map),
    conflicts: outlines({ origin, colour, pane: "conflicts" }).addTo(map),
  };
}

function paintPins(view, pins, colour) {
  pins.view = view;
  pins.placed = placePins(view, pins.all);
  drawPins(view, pins.placed, () => false, colour);
}

function pinAt({ view, placed }, point) {
  const [x, y] = view.toPixel(point);
  return placed.find((one) => Math.hypot(one.x - x, one.y - y) <= PIN / 2)?.pin ?? null;
}
