/* How the tiles of the ground are painted. Rules run from below to above. */
/* global protomapsL */

import { FILLS, STREETS, metresPerPixel } from "./paint.js";

/* From this zoom on buildings have an outline, and roads their true width. */
const CLOSE = 16;

export function paintRules(colour, latitude) {
  return [
    ...FILLS.map(([kind, name, opacity]) => fill("ground", name, colour, opacity, kind)),
    buildings(colour),
    ...streets(colour, latitude),
    ...railway(colour),
    border("cell_lines", "m-cell", 0.8, colour, { opacity: 0.7 }),
    border("community_lines", "m-comm", 1.4, colour, { opacity: 0.7, dash: [2, 3] }),
    border("district_lines", "m-text", 1.8, colour, { opacity: 0.75 }),
  ];
}

function fill(dataLayer, name, colour, opacity, kind) {
  return {
    dataLayer,
    filter: (_, feature) => feature.props.kind === kind,
    symbolizer: new protomapsL.PolygonSymbolizer({ fill: () => colour(name), opacity }),
  };
}

function buildings(colour) {
  const flat = new protomapsL.PolygonSymbolizer({ fill: () => colour("m-bldg") });
  return {
    dataLayer: "footprints",
    symbolizer: {
      before(context, zoom) {
        flat.before(context, zoom);
        context.strokeStyle = colour("m-bldg-l");
        context.lineWidth = 0.7;
      },
      draw(context, geometry, zoom, feature) {
        flat.draw(context, geometry, zoom, feature);
        if (zoom >= CLOSE) context.stroke();
      },
    },
  };
}

/* All casings lie under all roads, so that crossings are open. */
function streets(colour, latitude) {
  const width = (metres, least, more = 0) => (zoom) => {
    const drawn = zoom < 12 ? least * 0.6 : least;
    return Math.max(metres / metresPerPixel(zoom, latitude()), drawn) + 2 * more;
  };
  const casings = STREETS.filter(([, , , , casing]) => casing);
  return [
    ...casings.map(([grade, metres, least, , casing, more]) =>
      line("streets", casing, width(metres, least, more), colour, grade)),
    ...STREETS.map(([grade, metres, least, name]) =>
      line("streets", name, width(metres, least), colour, grade)),
    line("streets", "m-mw-mid", () => 0.8, colour, "motorway"),
  ];
}

function railway(colour) {
  return [
    line("streets", "m-rail", () => 2.6, colour, "railway"),
    line("streets", "m-land", () => 1.4, colour, "railway", { dash: [7, 7], lineCap: "butt" }),
  ];
}

function line(dataLayer, name, width, colour, grade, options = {}) {
  return {
    dataLayer,
    filter: (_, feature) => feature.props.grade === grade,
    symbolizer: new protomapsL.LineSymbolizer({
      color: () => colour(name), width, lineCap: "round", lineJoin: "round", ...options,
    }),
  };
}

function border(dataLayer, name, width, colour, options) {
  return {
    dataLayer,
    symbolizer: new protomapsL.LineSymbolizer({
      color: () => colour(name), width, lineJoin: "round", ...options,
    }),
  };
}
