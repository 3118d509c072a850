/* Areas filled by class, drawn on one canvas: the paths are made once, another picture is only another fill. */

import { paper } from "./paper.js";
import { holds, joined, shape } from "./shapes.js";

const OPACITY = 0.78;
/* Lines of 1.8 pixels every 5, at 45°: on a tile of whole pixels. */
const HATCH = { side: 7, line: 1.8 };

/**
 * A layer of areas; `origin` in metres of web Mercator, `colour(name)` a colour of the theme.
 *
 * `place(groups)`: the areas, each a list of GeoJSON geometries. `show({fills, hatched})`: per area the name of a colour
 * or null, and whether it is hatched. `choose({hovered, selected})`: numbers of areas, -1 for none, that are outlined.
 * `at([x, y])`: the number of the area there (units of the paper), or -1.
 */
export function choropleth({ origin, colour, pane }) {
  const known = new WeakMap();
  let shapes = [];
  let shown = { fills: [], hatched: [] };
  let chosen = { hovered: -1, selected: -1 };
  const sheet = paper(origin, (view) => paintAreas(view, shapes, shown, colour), { pane, opacity: OPACITY });
  const marks = paper(origin, (view) => paintMarks(view, shapes, chosen, colour), { pane });
  const shapeOf = (geometry) => {
    if (!known.has(geometry)) known.set(geometry, shape(geometry, origin));
    return known.get(geometry);
  };
  return {
    addTo(map) {
      sheet.addTo(map);
      marks.addTo(map);
      return this;
    },
    place(groups) {
      shapes = groups.map((geometries) => joined(geometries.map(shapeOf)));
    },
    show(next) {
      if (!next.fills.length && !shown.fills.length) return;
      shown = next;
      sheet.repaint();
    },
    choose(next) {
      if (next.hovered === chosen.hovered && next.selected === chosen.selected) return;
      chosen = next;
      marks.repaint();
    },
    repaint() {
      sheet.repaint();
      marks.repaint();
    },
    at: (point) => shapes.findLastIndex((area) => holds(area, point)),
    boxOf: (number) => shapes[number].box,
  };
}

function paintAreas(view, shapes, { fills, hatched }, colour) {
  const { context } = view;
  view.inUnits();
  const unclear = new Path2D();
  shapes.forEach(({ path }, n) => {
    if (!fills[n]) return;
    context.fillStyle = colour(fills[n]);
    context.fill(path, "evenodd");
    if (hatched[n]) unclear.addPath(path);
  });
  context.fillStyle = hatch(view, colour("m-halo"));
  context.fill(unclear, "evenodd");
}

function hatch(view, ink) {
  const ratio = view.context.canvas.width / view.width;
  const tile = document.createElement("canvas");
  tile.width = tile.height = HATCH.side * ratio;
  const context = tile.getContext("2d");
  context.scale(ratio, ratio);
  context.strokeStyle = ink;
  context.lineWidth = HATCH.line;
  const { side } = HATCH;
  for (const aside of [-side, 0, side]) {
    context.moveTo(aside - 1, side + 1);
    context.lineTo(aside + side + 1, -1);
  }
  context.stroke();
  const pattern = view.context.createPattern(tile, "repeat");
  pattern.setTransform(new DOMMatrix().scale(view.px(1) / ratio));
  return pattern;
}

function paintMarks(view, shapes, { hovered, selected }, colour) {
  const { context } = view;
  view.inUnits();
  context.lineJoin = "round";
  context.strokeStyle = colour("m-sel");
  if (hovered >= 0) {
    context.lineWidth = view.px(1.5);
    context.stroke(shapes[hovered].path);
  }
  if (selected < 0) return;
  context.lineWidth = view.px(2);
  context.stroke(shapes[selected].path);
  context.fillStyle = colour("m-mine");
  context.globalAlpha = 0.14;
  context.fill(shapes[selected].path, "evenodd");
  context.globalAlpha = 1;
}
