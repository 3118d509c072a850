/* Numbered pins that say their state twice, by shape and colour; pins of one place stand side by side. */

import { around, setType, write } from "./labels.js";

/* Drawn 22 pixels wide; neighbours need that much. */
const SIZE = 22;
const ASIDE = [[0, 0], ...ring(SIZE, 6), ...ring(2 * SIZE, 12)];

function ring(radius, count) {
  return Array.from({ length: count }, (_, n) => {
    const turn = (2 * Math.PI * n) / count;
    return [radius * Math.cos(turn), radius * Math.sin(turn)];
  });
}

const STYLES = {
  over: { colour: "red", shape: diamond },
  today: { colour: "amb-s", shape: square },
  open: { colour: "pri", shape: circle },
  none: { colour: "edge", shape: circle },
  rest: { colour: "edge", shape: dot },
};

/** Where the pins stand in this view: [{pin, x, y, at}] in the order given, none over another. */
export function placePins(view, pins) {
  const placed = [];
  for (const pin of pins) {
    const [x, y] = view.toPixel(pin.at);
    const isFree = ([right, down]) =>
      placed.every((other) => Math.hypot(other.x - x - right, other.y - y - down) >= SIZE - 1);
    const [right, down] = ASIDE.find(isFree) ?? [0, 0];
    placed.push({
      pin, x: x + right, y: y + down,
      at: [pin.at[0] + right / view.scale, pin.at[1] + down / view.scale],
    });
  }
  return placed;
}

/** The room that words must leave. */
export function roomOf({ x, y }) {
  return around(x, y, SIZE + 4, SIZE + 4);
}

/** Draws the pins, the first on top; `isChosen` tells which one is selected. */
export function drawPins(view, placed, isChosen, colour) {
  view.inPixels();
  setType(view, 12, 600);
  for (const { pin, x, y } of [...placed].reverse()) {
    if (isChosen(pin)) drawRing(view, x, y, colour);
    drawPin(view, pin, x, y, colour);
  }
}

function drawPin(view, { kind, number }, x, y, colour) {
  const { context } = view;
  const { colour: name, shape } = STYLES[kind];
  context.beginPath();
  shape(context, x, y);
  context.fillStyle = colour(name);
  context.strokeStyle = colour("ink-inv");
  context.lineWidth = 4;
  context.lineJoin = "round";
  // The ring lies outside the shape: half of the line is covered by the fill.
  context.stroke();
  context.fill();
  if (number !== undefined) write(view, String(number), x, y + 0.5, colour("ink-inv"));
}

function drawRing(view, x, y, colour) {
  const { context } = view;
  context.beginPath();
  context.arc(x, y, SIZE / 2 + 6, 0, 2 * Math.PI);
  context.fillStyle = colour("m-halo");
  context.fill();
  context.strokeStyle = colour("m-sel");
  context.lineWidth = 3;
  context.stroke();
}

function diamond(context, x, y) {
  const reach = 12.5;
  context.moveTo(x, y - reach);
  context.lineTo(x + reach, y);
  context.lineTo(x, y + reach);
  context.lineTo(x - reach, y);
  context.closePath();
}

function square(context, x, y) {
  context.roundRect(x - 9.5, y - 9.5, 19, 19, 4);
}

function circle(context, x, y) {
  context.arc(x, y, 10, 0, 2 * Math.PI);
}

function dot(context, x, y) {
  context.arc(x, y, 4.5, 0, 2 * Math.PI);
}
