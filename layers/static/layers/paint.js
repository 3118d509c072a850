/* What lies on the paper, from below to above: the one list for every map that we draw. */

/* Kinds of ground with their colours; ponds lie in parks, so water comes last. */
export const FILLS = [
  ["farmland", "m-park", 0.45],
  ["bed", "m-bed", 1],
  ["urban", "m-urban", 1],
  ["residential", "m-block", 1],
  ["commercial", "m-com", 1],
  ["industrial", "m-ind", 1],
  ["public", "m-pub", 1],
  ["park", "m-park", 1],
  ["track", "m-track", 1],
  ["water", "m-water", 1],
];

/* Grades: true width in metres, least width in pixels, colour, casing and its width. */
export const STREETS = [
  ["lane", 5, 0.8, "m-road", null, 0],
  ["street", 11, 1.2, "m-road", null, 0],
  ["arterial", 24, 2.6, "m-road", "m-road-c", 1],
  ["main", 28, 3.4, "m-main", "m-main-c", 1.1],
  ["motorway", 26, 4, "m-mw", "m-mw-c", 0.9],
];

/* The colours of the classes of a count, the lowest first. */
export const MORE = ["h1", "h2", "h3", "h4", "h5", "h6"];

const EQUATOR = 40075016.686;

/** Metres of ground under one pixel of a 256-pixel map. */
export function metresPerPixel(zoom, latitude) {
  return (EQUATOR * Math.cos((latitude * Math.PI) / 180)) / (256 * 2 ** zoom);
}

/** The map colours of the current theme by name, read once until `refresh`. */
export function palette() {
  let style = getComputedStyle(document.documentElement);
  let known = new Map();
  const colour = (name) => {
    if (!known.has(name)) known.set(name, style.getPropertyValue(`--${name}`).trim());
    return known.get(name);
  };
  colour.refresh = () => {
    style = getComputedStyle(document.documentElement);
    known = new Map();
  };
  return colour;
}
