/*
 * The city's ground under every city-wide map: our own tiles, painted by protomaps-leaflet after
 * the design, in the colours of the current theme. A raster service may lie below it.
 */
/* global L, protomapsL */

import { palette } from "./paint.js";
import { labelRules } from "./tile_labels.js";
import { pixelRatio } from "./paper.js";
import { paintRules } from "./tile_paint.js";

const SOURCES = [
  "ground", "footprints", "streets", "cell_lines", "community_lines", "district_lines",
  "landmarks", "community_names", "district_names",
];

/* What lies above the page's own data where that covers the ground: the lines of areas, and all words. */
const ABOVE = SOURCES.filter((name) => !["ground", "footprints"].includes(name));
const BELOW = ["ground", "footprints", "streets"];

/**
 * A Leaflet map over the ground, in `element`.
 *
 * `element.dataset.raster` may name a raster service ({z}, {x}, {y}, {s} from 0 to 7), which then
 * shows in the place of our fills. `without` names sources that the page draws itself; `isCovered` tells that the page
 * fills areas, which then lie below the lines and the words; Leaflet's own options may be given as `options`.
 */
export function create(element, { without = [], isCovered = false, ...options } = {}) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(element, {
    minZoom: 9, maxZoom: 20, zoomControl: false, attributionControl: false,
    fadeAnimation: !still, zoomAnimation: !still, markerZoomAnimation: !still, ...options,
  });
  const colour = palette();
  const { raster } = element.dataset;
  if (raster) L.tileLayer(raster, { maxZoom: 20, maxNativeZoom: 18, subdomains: "01234567", className: "raster" }).addTo(map);
  const grounds = (isCovered ? coveredParts(map) : [{ sources: SOURCES, hasFills: true, hasLines: true, hasWords: true }])
    .map((part) => layGround(map, colour, { ...part, hasFills: part.hasFills && !raster, sources: part.sources.filter((name) => !without.includes(name)) }));
  const marker = makeMarker(map, colour);
  let words = null;
  whenThemeChanges(() => {
    colour.refresh();
    for (const ground of grounds) ground.rerenderTiles();
    marker.repaint();
  });
  return { map, ground: grounds[0], colour, mark: marker.put, liftWords };

  /** Puts the words above what the page lays over the ground only now, or back into the ground. */
  function liftWords(areLifted) {
    const [ground] = grounds;
    words = words ?? { rules: ground.labelRules, layer: null };
    ground.labelRules = areLifted ? [] : words.rules;
    ground.clearLayout();
    ground.rerenderTiles();
    if (!areLifted) words.layer?.remove();
    else if (words.layer) words.layer.addTo(map);
    else grounds.push(words.layer = layGround(map, colour, coveredParts(map)[1]));
  }
}

/* The upper part lies above the page's own data (400) and below what is drawn on top (460 and more). */
function coveredParts(map) {
  const pane = map.createPane("words");
  pane.style.zIndex = 450;
  pane.style.pointerEvents = "none";
  return [
    { sources: BELOW, hasFills: true, hasLines: false, hasWords: false },
    { sources: ABOVE, hasFills: false, hasLines: true, hasWords: true, pane: "words" },
  ];
}

function layGround(map, colour, { sources, hasFills, hasLines, hasWords, pane = "tilePane" }) {
  const language = document.documentElement.lang.slice(0, 2);
  const isPainted = ({ dataLayer }) => (dataLayer.endsWith("_lines") ? hasLines : hasFills);
  return protomapsL.leafletLayer({
    url: `/map/tiles/${sources.join("+")}/{z}/{x}/{y}.mvt`,
    attribution: "",
    pane,
    maxDataZoom: 15,
    noWrap: true,
    paintRules: paintRules(colour, () => map.getCenter().lat).filter(isPainted),
    labelRules: hasWords ? labelRules(colour, language) : [],
    devicePixelRatio: pixelRatio(map.getContainer()),
  }).addTo(map);
}

/* A ring where something is chosen. */
function makeMarker(map, colour) {
  const ring = L.circleMarker([0, 0], { radius: 14, weight: 2, fillOpacity: 0.14, interactive: false });
  const repaint = () => ring.setStyle({ color: colour("m-sel"), fillColor: colour("m-mine") });
  return {
    repaint,
    /** Put the ring at `[lat, lon]`, or take it away with null. */
    put(latlng) {
      repaint();
      if (latlng) ring.setLatLng(latlng).addTo(map);
      else ring.remove();
    },
  };
}

function whenThemeChanges(act) {
  new MutationObserver(act).observe(document.documentElement, { attributeFilter: ["data-theme"] });
}
