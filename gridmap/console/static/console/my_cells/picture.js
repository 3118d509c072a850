/* How my cells are drawn: the rest under a veil, mine at full strength, then selection and position. */

import { points } from "../../layers/paper.js";
import { drawPins, placePins, roomOf } from "../../layers/pins.js";
import { drawGround, drawLand, drawLines } from "../../layers/ground.js";
import { toRing } from "./places.js";
import { around, drawLandmarks, drawPill, drawRoadNames, makePlaces, setType, write } from "../../layers/labels.js";

/* Metres to a pixel from which outlines and numbers of buildings would only be noise. */
const DETAIL_UNTIL = 3;

/* Where a pill may move to: pixels to the right and down. */
const ASIDE = [[0, 0], [12, 0], [-12, 0], [24, 0], [-24, 0], [0, -16], [0, 28], [0, 56]];

/** The server's data with its paths made ready for drawing and for asking “what is here”. */
export function readMine(data) {
  const cells = data.cells.map((cell) => ({ ...cell, shape: new Path2D(cell.path), rings: points(cell.path) }));
  const veil = new Path2D("M-1e6-1e6H1e6V1e6H-1e6z");
  for (const cell of cells) veil.addPath(cell.shape);
  return {
    ...data,
    cells,
    veil,
    middle: [0, 1].map((axis) => cells.reduce((sum, { at }) => sum + at[axis], 0) / cells.length),
    buildings: data.buildings.map((building) => ({ ...building, shape: new Path2D(building.path) })),
    posts: data.posts.map((post) => ({ ...post, shape: new Path2D(post.path) })),
  };
}

/** Draws everything once. `scene` has mine, pins, ground, selection, position and what is switched on. */
export function drawPicture(view, scene, colour) {
  drawLand(view, colour);
  if (scene.ground) drawGround(view, scene.ground, colour);
  drawVeil(view, scene.mine, colour);
  if (scene.ground) drawLines(view, scene.ground, colour);
  drawMine(view, scene, colour);
  drawSelection(view, scene, colour);
  // Kept for the question which pin a finger means.
  scene.placed = placePins(view, scene.pins);
  drawWords(view, scene, colour);
  drawPins(view, scene.placed, ({ id }) => scene.selection?.kind === "case" && scene.selection.id === id, colour);
  drawPosition(view, scene, colour);
}

function drawVeil(view, mine, colour) {
  const { context } = view;
  view.inUnits();
  context.fillStyle = colour("m-pale");
  context.fill(mine.veil, "evenodd");
}

function drawMine(view, { mine, shows }, colour) {
  const { context } = view;
  context.fillStyle = colour("m-bldg");
  context.strokeStyle = colour("m-bldg-l");
  context.lineWidth = view.px(0.7);
  for (const { shape } of mine.buildings) {
    context.fill(shape);
    if (1 / view.metre < DETAIL_UNTIL) context.stroke(shape);
  }
  if (shows.posts || view.zoom >= 18) outline(view, mine.posts, colour("m-mine"), 1.2, [4, 3]);
  context.lineJoin = "round";
  outline(view, mine.cells, colour("m-halo"), 6);
  for (const { shape } of mine.cells) {
    context.globalAlpha = 0.03;
    context.fillStyle = colour("m-mine");
    context.fill(shape, "evenodd");
    context.globalAlpha = 1;
  }
  outline(view, mine.cells, colour("m-mine"), 2.4);
}

function outline(view, places, style, width, dashes = []) {
  const { context } = view;
  context.strokeStyle = style;
  context.lineWidth = view.px(width);
  context.setLineDash(dashes.map(view.px));
  for (const { shape } of places) context.stroke(shape);
  context.setLineDash([]);
}

/** The shapes of what is selected: a building, a post with its buildings, or a cell. */
function selectedShapes(mine, selection) {
  if (!selection) return [];
  if (selection.kind === "cell") return mine.cells.filter(({ id }) => id === selection.id);
  if (selection.kind === "building") return mine.buildings.filter(({ id }) => id === selection.id);
  if (selection.kind === "case") return mine.buildings.filter(({ id }) => id === selection.building);
  return [
    ...mine.posts.filter(({ id }) => id === selection.id),
    ...mine.buildings.filter(({ posts }) => posts.includes(selection.id)),
  ];
}

function drawSelection(view, { mine, selection }, colour) {
  const { context } = view;
  view.inUnits();
  for (const { shape } of selectedShapes(mine, selection)) {
    context.globalAlpha = 0.14;
    context.fillStyle = colour("m-mine");
    context.fill(shape, "evenodd");
    context.globalAlpha = 1;
    context.strokeStyle = colour("m-sel");
    context.lineWidth = view.px(2);
    context.stroke(shape);
  }
}

function drawWords(view, scene, colour) {
  const places = makePlaces();
  view.inPixels();
  for (const pin of scene.placed) places.take(roomOf(pin));
  for (const pill of pills(view, scene)) {
    places.take(drawPill(view, pill.text, pill.x, pill.y, colour("m-mine"), colour("on-pri"), colour("surface")));
  }
  if (1 / view.metre < DETAIL_UNTIL) drawNumbers(view, scene, places, colour);
  if (!scene.ground) return;
  drawRoadNames(view, scene.ground.named, { anchor: scene.mine.middle, nudge: offBorders(view, scene.mine) }, places, colour);
  drawLandmarks(view, otherLandmarks(scene), places, colour);
}

/* A road that is my border: its name stands outside, where it does not cut the outline. */
function offBorders(view, { cells, middle }) {
  const [middleX, middleY] = view.toPixel(middle);
  const rings = cells.map(({ rings: [ring] }) => ring.map(view.toPixel));
  return (spot) => {
    if (!spot || rings.every((ring) => toRing(ring, spot.x, spot.y) > 10)) return spot;
    const [across, down] = [-spot.direction[1], spot.direction[0]];
    const outward = Math.sign(across * (spot.x - middleX) + down * (spot.y - middleY));
    return { ...spot, x: spot.x + across * outward * 11, y: spot.y + down * outward * 11 };
  };
}

/* A pill names the estate already. */
function otherLandmarks({ ground, mine }) {
  const named = new Set(mine.cells.map(({ name }) => name));
  return ground.landmarks.filter(({ name }) => !named.has(name));
}

/* The selected number comes first: it must never yield to a neighbour's. */
function drawNumbers(view, { mine, selection }, places, colour) {
  setType(view, 10.5);
  const isSelected = ({ id }) => selection?.kind === "building" && selection.id === id;
  const sorted = [...mine.buildings].sort((a, b) => isSelected(b) - isSelected(a));
  for (const { number, at } of sorted) {
    if (!number) continue;
    const [x, y] = view.toPixel(at);
    if (places.claim(around(x, y, 6 * number.length + 2, 9))) {
      write(view, number, x, y + 0.5, colour("m-text-2"), colour("m-halo"), 2);
    }
  }
}

/** The names of my cells, each on the northern edge of its cell so that it hides no building. */
function pills(view, { mine, placed }) {
  const taken = makePlaces();
  for (const pin of placed) taken.take(roomOf(pin));
  setType(view, 12, 600);
  return mine.cells.map((cell) => {
    const [x, y] = view.toPixel(northernEdge(cell.rings[0]));
    const text = cell.name ? `${cell.number} · ${cell.name}` : cell.number;
    const width = view.context.measureText(text).width + 28;
    // Beside a neighbour's pill or a pin there may be room along the edge, otherwise above or below.
    const [right, down] = ASIDE.find(([right, down]) => taken.claim(around(x + right, y + down, width, 28))) ?? [0, 0];
    return { text, x: x + right, y: y + down };
  });
}

function northernEdge(ring) {
  const xs = ring.map(([x]) => x);
  const middle = (Math.min(...xs) + Math.max(...xs)) / 2;
  let top = Infinity;
  ring.forEach(([x, y], n) => {
    const [nextX, nextY] = ring[(n + 1) % ring.length];
    if ((x <= middle) === (nextX <= middle)) return;
    top = Math.min(top, y + ((nextY - y) * (middle - x)) / (nextX - x));
  });
  return [middle, top];
}

function drawPosition(view, { position }, colour) {
  if (!position) return;
  const { context } = view;
  view.inPixels();
  const [x, y] = view.toPixel(position.at);
  context.fillStyle = colour("m-me");
  if (position.accuracy) {
    context.globalAlpha = 0.14;
    disc(context, x, y, position.accuracy * view.metre);
  }
  if (Number.isFinite(position.heading)) drawHeading(context, x, y, position.heading);
  context.globalAlpha = 1;
  disc(context, x, y, 8);
  context.strokeStyle = "#FFFFFF";
  context.lineWidth = 3;
  context.stroke();
}

function disc(context, x, y, radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}

function drawHeading(context, x, y, heading) {
  const towards = ((heading - 90) * Math.PI) / 180;
  context.globalAlpha = 0.22;
  context.beginPath();
  context.moveTo(x, y);
  context.arc(x, y, 34, towards - 0.4, towards + 0.4);
  context.fill();
}
