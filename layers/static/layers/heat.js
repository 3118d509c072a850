/*
 * Density as a picture of hard classes: the field is read between its bins, put into a class by the very edges that the
 * legend prints, coloured through a table, and laid on the map as one image.
 */

import { UNIT, paper } from "./paper.js";

const OPACITY = 0.78;
/* A finer picture than this takes longer than it shows. */
const FINEST = 2;
const MOST_SAMPLES = 300_000;
/* Nothing is drawn finer than the samples, and a canvas of every pixel takes as long as all else of a step. */
const RATIO = 1 / FINEST;
/* So much of the map beside what is seen, as a part of it: every step of time draws that as well. */
const PADDING = 0.1;

/**
 * A layer of density. `grid`: {left, bottom, width, height} in bin numbers (layers/density.js); `side`: of a bin, in
 * metres of web Mercator.
 *
 * `show({field, breaks, colours})` draws: Float32Array of the grid, lower edges, and the names of the colours from the first break on;
 * null draws nothing.
 */
export function heat({ grid, side, origin, colour, pane }) {
  let shown = null;
  const image = document.createElement("canvas");
  const sheet = paper(origin, (view) => shown && paintHeat(view, { grid, side, origin, image, colour, ...shown }), { pane, opacity: OPACITY, ratio: RATIO, padding: PADDING });
  return {
    addTo(map) {
      sheet.addTo(map);
      return this;
    },
    remove: () => sheet.remove(),
    show(next) {
      if (!next && !shown) return;
      shown = next;
      sheet.repaint();
    },
    repaint: () => sheet.repaint(),
  };
}

/** Paints a scene on the paper of a view: what `heat` was given and shows, and an `image` to draw it on first. */
export function paintHeat(view, scene) {
  const part = visiblePart(view, scene);
  if (!part) return;
  const { image } = scene;
  const { columns, rows, left, top, step } = part;
  image.width = columns;
  image.height = rows;
  const context = image.getContext("2d", { willReadFrequently: true });
  const pixels = context.createImageData(columns, rows);
  colourSamples(new Uint32Array(pixels.data.buffer), part, scene);
  context.putImageData(pixels, 0, 0);
  view.inPixels();
  view.context.imageSmoothingEnabled = true;
  view.context.drawImage(image, left, top, columns * step, rows * step);
}

/* The part of the paper on which the grid lies, and how to come from a sample to a place of the grid. */
function visiblePart(view, { grid, side, origin }) {
  const bin = (side / UNIT) * view.scale;
  const [x0, y0] = view.toPixel([(grid.left * side - origin[0]) / UNIT, (origin[1] - grid.bottom * side) / UNIT]);
  const [left, right] = [Math.max(0, x0), Math.min(view.width, x0 + grid.width * bin)];
  const [top, bottom] = [Math.max(0, y0 - grid.height * bin), Math.min(view.height, y0)];
  if (right <= left || bottom <= top) return null;
  const step = Math.max(FINEST, Math.sqrt(((right - left) * (bottom - top)) / MOST_SAMPLES));
  return {
    left, top, step, columns: Math.ceil((right - left) / step), rows: Math.ceil((bottom - top) / step),
    // Counts lie in the middle of their bin.
    column: (n) => (left + (n + 0.5) * step - x0) / bin - 0.5,
    row: (n) => (y0 - top - (n + 0.5) * step) / bin - 0.5,
  };
}

function colourSamples(pixels, { columns, rows, column, row }, { grid, field, breaks, colours, colour }) {
  const table = Uint32Array.from([0, ...colours.map((name) => packed(colour(name)))]);
  const across = Array.from({ length: columns }, (_, n) => between(column(n), grid.width));
  const lefts = Int32Array.from(across, ({ low }) => low);
  const parts = Float32Array.from(across, ({ part }) => part);
  const edges = Float32Array.from(breaks);
  const line = new Float32Array(grid.width);
  for (let y = 0; y < rows; y += 1) {
    const { low, part } = between(row(y), grid.height);
    // Where a whole line lies below the first class its pixels stay empty.
    if (blend(line, field, low * grid.width, part) < edges[0]) continue;
    for (let x = 0, write = y * columns; x < columns; x += 1, write += 1) {
      const at = lefts[x];
      const value = line[at] + (line[at + 1] - line[at]) * parts[x];
      let found = 0;
      while (found < edges.length && value >= edges[found]) found += 1;
      pixels[write] = table[found];
    }
  }
}

/* The field between two of its rows, once for all samples of a line; the highest of it. */
function blend(line, field, near, part) {
  const far = near + line.length;
  let most = 0;
  for (let n = 0; n < line.length; n += 1) {
    const value = field[near + n] + (field[far + n] - field[near + n]) * part;
    line[n] = value;
    if (value > most) most = value;
  }
  return most;
}

/* The neighbour below and how far above it; the outermost bins are empty, so their outer halves may be cut off. */
function between(place, size) {
  const inside = Math.max(0, Math.min(size - 1.001, place));
  return { low: Math.floor(inside), part: inside - Math.floor(inside) };
}

/* #rrggbb as the bytes of a pixel, which lie red first. */
function packed(hex) {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}
