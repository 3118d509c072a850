/*
 * Counts in small squares, out of tiles of 64 by 64 of them: each in the class that the legend prints.
 *
 * A square is eight pixels wide; nearer than the finest tiles it grows, and farther than the coarsest it shrinks.
 */
/* global L */

import { classOf } from "./breaks.js";
import { MORE, metresPerPixel } from "./paint.js";

/* More than that of areas: between squares the ground is seen anyway. */
const OPACITY = 0.9;
const SIDE = 64;
const PIXELS = 8;
const GAP = 1;
const EDGE = "h5";
const EDGE_OPACITY = 0.3;
/* What is less than so much of a tile is an error of rounding. */
const SLIVER = 1e-6;
/* Zooms of tiles; one of them is as wide as two of the map's. */
const [COARSEST, FINEST] = [10, 14];
const WIDER = 1;

/** The zoom of the tiles that a map shows at a zoom of its own. */
export function zoomOfTiles(zoom) {
  return Math.max(COARSEST, Math.min(FINEST, Math.round(zoom) - WIDER));
}

/** The side of a square on the ground, in metres. */
export function sideOf(zoom, latitude) {
  return PIXELS * metresPerPixel(zoom + WIDER, latitude);
}

/**
 * A layer of squares in a pane of the map. What it shows is a source: `tile({z, x, y})` promises {bins, counts}
 * (layers/bins.js), `breaks(z)` the lower edges of the classes, or none.
 *
 * `show(source)` is done when all of it is drawn; until then the old picture stays, as it does where something does not
 * come (then it throws). It is false where another source was asked for meanwhile; null shows nothing. `count()` is the sum
 * of the squares whose middle is seen, null while some are missing; `retry()` asks again for those. Of the events `loading`
 * and `tileerror` are Leaflet's; `painted` comes with every tile.
 */
export function squares({ map, pane, colour }) {
  const tiles = new Map();
  const drawn = new WeakMap();
  let [shown, asked] = [null, null];

  async function contents(source, { x, y, z }) {
    const zoom = z - WIDER;
    const [{ bins, counts }, breaks] = await Promise.all([source.tile({ z: zoom, x, y }), source.breaks(zoom)]);
    return { bins, counts, breaks };
  }

  function paint(canvas, found) {
    drawn.set(canvas, found);
    paintSquares(canvas, found, colour);
  }

  async function fill(canvas) {
    const source = shown;
    const found = await contents(source, tiles.get(canvas));
    if (source !== shown || !tiles.has(canvas)) return;
    paint(canvas, found);
    layer.fire("painted");
  }

  const layer = new (L.GridLayer.extend({
    createTile(coords, done) {
      const canvas = document.createElement("canvas");
      canvas.width = canvas.height = SIDE * PIXELS;
      // Whole squares of one colour, however large they are shown.
      canvas.style.imageRendering = "pixelated";
      tiles.set(canvas, coords);
      fill(canvas).then(() => done(null, canvas), (error) => done(error, canvas));
      return canvas;
    },
  }))({
    pane, opacity: OPACITY, tileSize: SIDE * PIXELS, minNativeZoom: COARSEST + WIDER, maxNativeZoom: FINEST + WIDER,
    noWrap: true, updateWhenZooming: false, keepBuffer: 1,
  });
  layer.on("tileunload", ({ tile }) => tiles.delete(tile));

  /* What is needed for another picture of all tiles, also of such as came meanwhile; null where it was overtaken. */
  async function gather(source) {
    const found = new Map();
    for (;;) {
      const missing = [...tiles].filter(([canvas]) => !found.has(canvas));
      if (!missing.length) return found;
      await Promise.all(missing.map(async ([canvas, coords]) => found.set(canvas, await contents(source, coords))));
      if (asked !== source) return null;
    }
  }

  /* The tiles in view: [coordinates, canvas], without one where Leaflet has not yet made it. */
  function seen() {
    const z = zoomOfTiles(map.getZoom()) + WIDER;
    const made = new Map([...tiles].map(([canvas, coords]) => [`${coords.z} ${coords.x} ${coords.y}`, canvas]));
    return tilesIn(map, z).map((coords) => [coords, made.get(`${z} ${coords.x} ${coords.y}`)]);
  }

  return {
    on: (event, act) => layer.on(event, act),
    async show(source) {
      asked = source;
      if (!source) layer.remove();
      const found = source && await gather(source).catch((error) => {
        if (asked === source) throw error;
      });
      if (asked !== source) return false;
      shown = source;
      if (!source) return true;
      for (const [canvas, one] of found) if (tiles.has(canvas)) paint(canvas, one);
      layer.addTo(map);
      return true;
    },
    repaint() {
      for (const canvas of tiles.keys()) if (drawn.has(canvas)) paintSquares(canvas, drawn.get(canvas), colour);
    },
    retry: () => Promise.all([...tiles.keys()].filter((canvas) => !drawn.has(canvas)).map(fill)),
    count() {
      const known = seen();
      if (!known.every(([, canvas]) => drawn.has(canvas))) return null;
      return known.reduce((sum, [coords, canvas]) => sum + countIn(map, coords, drawn.get(canvas)), 0);
    },
  };
}

function paintSquares(canvas, { bins, counts, breaks }, colour) {
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, canvas.width, canvas.height);
  const filled = Array.from(bins, (bin, n) => [(bin % SIDE) * PIXELS, Math.floor(bin / SIDE) * PIXELS, classOf(counts[n], breaks)])
    .filter(([, , found]) => found);
  paintEdges(context, filled, colour);
  for (const [x, y, found] of filled) {
    context.fillStyle = colour(MORE[found - 1]);
    context.fillRect(x, y, PIXELS - GAP, PIXELS - GAP);
  }
}

/* Around every square, so that a pale one alone is seen as well; where two meet, there is one line. */
function paintEdges(context, filled, colour) {
  const edges = new Path2D();
  for (const [x, y] of filled) edges.rect(x - GAP, y - GAP, PIXELS + GAP, PIXELS + GAP);
  context.fillStyle = colour(EDGE);
  context.globalAlpha = EDGE_OPACITY;
  context.fill(edges);
  context.globalAlpha = 1;
  for (const [x, y] of filled) context.clearRect(x, y, PIXELS - GAP, PIXELS - GAP);
}

/* The corners of what is seen, in pixels of a zoom. */
function cornersOf(map, z) {
  const view = map.getBounds();
  return [map.project(view.getNorthWest(), z), map.project(view.getSouthEast(), z)];
}

function tilesIn(map, z) {
  const [from, to] = cornersOf(map, z).map((corner) => corner.divideBy(SIDE * PIXELS));
  const between = (low, high) => {
    const first = Math.floor(low + SLIVER);
    return Array.from({ length: Math.ceil(high - SLIVER) - first }, (_, n) => first + n);
  };
  return between(from.y, to.y).flatMap((y) => between(from.x, to.x).map((x) => ({ x, y, z })));
}

/* The sum of a tile's squares whose middle is seen. */
function countIn(map, { x, y, z }, { bins, counts }) {
  const [from, to] = cornersOf(map, z);
  const middle = (tile, place) => (tile * SIDE + place + 0.5) * PIXELS;
  return counts.reduce((sum, count, n) => {
    const [right, down] = [middle(x, bins[n] % SIDE), middle(y, Math.floor(bins[n] / SIDE))];
    const isSeen = right >= from.x && right < to.x && down >= from.y && down < to.y;
    return isSeen ? sum + count : sum;
  }, 0);
}
