/* The small map of a place: paper, the buildings with their numbers, and a pin. */
/* global L */

import { drawGround, drawLand, drawLines, readGround } from "../../layers/ground.js";
import { around as boxAround, drawLandmarks, drawRoadNames, makePlaces, setType, write } from "../../layers/labels.js";
import { palette } from "../../layers/paint.js";
import { fromUnits, paper, points } from "../../layers/paper.js";
import { drawPins, placePins, roomOf } from "../../layers/pins.js";

/** What the server says of a place, with its paths made ready. */
export function readAround(data) {
  return {
    ...data,
    ground: readGround(data.ground),
    buildings: data.own.buildings.map((one) => ({ ...one, shape: new Path2D(one.path) })),
    cells: data.own.cells.map((one) => ({ ...one, shape: new Path2D(one.path), rings: points(one.path) })),
    communities: data.own.communities.map((one) => ({ ...one, shape: new Path2D(one.path) })),
  };
}

/** Draws paper, numbers and the chosen building; `scene` has around, building, pins, and `over` to draw last. */
export function drawAround(view, scene, colour) {
  const { around } = scene;
  drawLand(view, colour);
  drawGround(view, around.ground, colour);
  drawLines(view, around.ground, colour);
  drawBuildings(view, scene, colour);
  const placed = placePins(view, scene.pins ?? []);
  drawWords(view, scene, placed, colour);
  drawPins(view, placed, () => false, colour);
  scene.over?.(view, colour);
}

function drawBuildings(view, { around, building }, colour) {
  const { context } = view;
  view.inUnits();
  context.strokeStyle = colour("m-bldg-l");
  context.lineWidth = view.px(0.7);
  for (const { shape } of around.buildings) context.stroke(shape);
  context.strokeStyle = colour("m-mine");
  context.lineWidth = view.px(2.4);
  for (const { shape } of around.cells) context.stroke(shape);
  const chosen = around.buildings.find(({ id }) => id === building);
  if (!chosen) return;
  context.globalAlpha = 0.14;
  context.fillStyle = colour("m-mine");
  context.fill(chosen.shape, "evenodd");
  context.globalAlpha = 1;
  context.strokeStyle = colour("m-sel");
  context.lineWidth = view.px(2);
  context.stroke(chosen.shape);
}

function drawWords(view, { around }, placed, colour) {
  const places = makePlaces();
  for (const pin of placed) places.take(roomOf(pin));
  view.inPixels();
  setType(view, 12);
  for (const { number, at } of around.buildings) {
    const [x, y] = view.toPixel(at);
    if (number && places.claim(boxAround(x, y, view.context.measureText(number).width + 4, 14))) {
      write(view, number, x, y, colour("m-text-2"), colour("m-halo"), 2);
    }
  }
  const middle = [around.size[0] / 2, around.size[1] / 2];
  drawRoadNames(view, around.ground.named, { anchor: middle, nudge: (spot) => spot }, places, colour);
  drawLandmarks(view, around.ground.landmarks, places, colour);
}

/** Fills the element of a case page: the map moves, but nothing can be chosen on it. */
export async function showAround(element) {
  const answer = await fetch(element.dataset.around);
  if (!answer.ok) return;
  const around = readAround(await answer.json());
  const colour = palette();
  const middle = [around.size[0] / 2, around.size[1] / 2];
  const kind = element.dataset.kind || "none";
  const scene = { around, building: Number(element.dataset.building), pins: [{ kind, at: middle }] };
  const map = L.map(element, {
    zoomControl: false, attributionControl: false, zoomSnap: 0, minZoom: 15, maxZoom: 20, scrollWheelZoom: false, keyboard: false,
    maxBounds: L.latLngBounds(fromUnits([0, 0], around.origin), fromUnits(around.size, around.origin)), maxBoundsViscosity: 1,
  });
  map.setView(fromUnits(middle, around.origin), 17);
  const sheet = paper(around.origin, (view) => drawAround(view, scene, colour));
  sheet.addTo(map);
  new MutationObserver(() => { colour.refresh(); sheet.repaint(); })
    .observe(document.documentElement, { attributeFilter: ["data-theme"] });
  element.dataset.drawn = "drawn";
}
