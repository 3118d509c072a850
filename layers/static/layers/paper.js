/*
 * A canvas under Leaflet on which everything is drawn from SVG paths.
 * Coordinates of the data are whole tenths of a web-Mercator metre, east and south of `origin`:
 * a path then goes from the database into Path2D without being taken apart.
 */
/* global L */

export const UNIT = 0.1;
export const EARTH = 6378137;

/* Metres of web Mercator to degrees. */
function toLatLng([x, y]) {
  const lat = (2 * Math.atan(Math.exp(y / EARTH)) - Math.PI / 2) * (180 / Math.PI);
  return L.latLng(lat, (x / EARTH) * (180 / Math.PI));
}

/** Degrees to units of the data. */
export function toUnits(latlng, origin) {
  const { x, y } = L.CRS.EPSG3857.project(latlng);
  return fromMetres([x, y], origin);
}

/** Metres of web Mercator to units of the data. */
export function fromMetres([x, y], origin) {
  return [(x - origin[0]) / UNIT, (origin[1] - y) / UNIT];
}

/** Units of the data to degrees. */
export function fromUnits([x, y], origin) {
  return toLatLng([origin[0] + x * UNIT, origin[1] - y * UNIT]);
}

/** How many web-Mercator metres one true metre measures here. */
export function stretch(origin) {
  return Math.cosh(origin[1] / EARTH);
}

/** The rings or lines of a path of `M`, `L` and their relative forms, as arrays of points. */
export function points(path) {
  const parts = [];
  let x = 0;
  let y = 0;
  for (const [, command, numbers] of path.matchAll(/([MLml])([^MLZmlz]*)/g)) {
    const values = numbers.trim().split(/[\s,]+/).map(Number);
    for (let n = 0; n + 1 < values.length; n += 2) {
      const relative = command === "l" || command === "m";
      x = values[n] + (relative ? x : 0);
      y = values[n + 1] + (relative ? y : 0);
      if (n === 0 && command.toUpperCase() === "M") parts.push([]);
      parts.at(-1).push([x, y]);
    }
  }
  return parts;
}

/**
 * Physical pixels in one of `element`, which a style may show enlarged (a wall is read from afar).
 * More than two cost more time than they show.
 */
export function pixelRatio(element) {
  const enlarged = element.getBoundingClientRect().width / element.offsetWidth;
  return Math.min(devicePixelRatio * (enlarged || 1), 2);
}

/**
 * A layer with one canvas; `paint(view)` draws it anew after every move. `options` may name its `pane`, its `opacity`,
 * how many physical pixels one of its own has (`ratio`), and how much is drawn beside what is seen (`padding`).
 */
export function paper(origin, paint, options = {}) {
  const Paper = L.Renderer.extend({
    options: { padding: 0.25 },

    _initContainer() {
      this._container = document.createElement("canvas");
      this._container.className = "paper";
      this._container.setAttribute("aria-hidden", "true");
      this._ratio = this.options.ratio ?? pixelRatio(this._map.getContainer());
      this._container.style.opacity = this.options.opacity ?? 1;
    },

    _destroyContainer() {
      this._container.remove();
      delete this._container;
    },

    _updatePaths: L.Util.falseFn,

    _update() {
      if (this._map._animatingZoom && this._bounds) return;
      L.Renderer.prototype._update.call(this);
      const { min, max } = this._bounds;
      const ratio = this._ratio;
      const canvas = this._container;
      L.DomUtil.setPosition(canvas, min);
      canvas.width = Math.round((max.x - min.x) * ratio);
      canvas.height = Math.round((max.y - min.y) * ratio);
      canvas.style.width = `${canvas.width / ratio}px`;
      canvas.style.height = `${canvas.height / ratio}px`;
      paint(makeView(canvas, this._map, origin, min, ratio));
    },

    repaint() {
      if (this._map) this._update();
    },
  });
  return new Paper(options);
}

function makeView(canvas, map, origin, corner, ratio) {
  const context = canvas.getContext("2d");
  const zero = map.latLngToLayerPoint(toLatLng(origin)).subtract(corner);
  // Layer points are whole pixels; the zoom's own scale keeps the shape exact.
  const scale = (256 * 2 ** map.getZoom() * UNIT) / (2 * Math.PI * EARTH);
  return {
    context,
    zoom: map.getZoom(),
    width: canvas.width / ratio,
    height: canvas.height / ratio,
    scale,
    metre: (scale / UNIT) * stretch(origin),
    toPixel: ([x, y]) => [zero.x + x * scale, zero.y + y * scale],
    inUnits: () => context.setTransform(ratio * scale, 0, 0, ratio * scale, ratio * zero.x, ratio * zero.y),
    inPixels: () => context.setTransform(ratio, 0, 0, ratio, 0, 0),
    /** A line width in pixels, while drawing in units. */
    px: (width) => width / scale,
  };
}
