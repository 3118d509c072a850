/*
 * Counts in small squares, out of tiles of 64 by 64 of them: each in the class that the legend prints.
 *
 * A square is eight pixels wide; nearer than the finest tiles it grows, and farther than the coarsest it shrinks.
 */
/* global L */

import { classOf } from "./breaks.js";
import { MORE, metresPerPixel } from "./paint.js";

const OPACITY = 0.78;
const SIDE = 64;
const PIXELS = 8;
/* Between two squares the ground is seen. */
const GAP = 1;
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
 * of the squares whose middle is seen, null while some are missing; `retry()` asks again for those. The events `load` and
 * `tileerror` are Leaflet's.
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
    if (source === shown) paint(canvas, found);
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

  const seen = () => [...tiles].filter(([, { z }]) => z === zoomOfTiles(map.getZoom()) + WIDER);

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
    retry: () => Promise.all(seen().filter(([canvas]) => !drawn.has(canvas)).map(([canvas]) => fill(canvas))),
    isLoading: () => layer.isLoading(),
    count() {
      if (!seen().every(([canvas]) => drawn.has(canvas))) return null;
      const view = map.getBounds();
      return seen().reduce((sum, [canvas, coords]) => sum + countIn(map, view, coords, drawn.get(canvas)), 0);
    },
  };
}

function paintSquares(canvas, { bins, counts, breaks }, colour) {
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, canvas.width, canvas.height);
  bins.forEach((bin, n) => {
    const found = classOf(counts[n], breaks);
    if (!found) return;
    context.fillStyle = colour(MORE[found - 1]);
    context.fillRect((bin % SIDE) * PIXELS, Math.floor(bin / SIDE) * PIXELS, PIXELS - GAP, PIXELS - GAP);
  });
}

/* The sum of a tile's squares whose middle lies in the view. */
function countIn(map, view, { x, y, z }, { bins, counts }) {
  const [from, to] = [map.project(view.getNorthWest(), z), map.project(view.getSouthEast(), z)];
  const middle = (tile, place) => (tile * SIDE + place + 0.5) * PIXELS;
  return counts.reduce((sum, count, n) => {
    const [right, down] = [middle(x, bins[n] % SIDE), middle(y, Math.floor(bins[n] / SIDE))];
    const isSeen = right >= from.x && right < to.x && down >= from.y && down < to.y;
    return isSeen ? sum + count : sum;
  }, 0);
}
