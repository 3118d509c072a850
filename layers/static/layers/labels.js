/* Words on the map: a label that would cover another is left out, so the important come first. */

const PITCH = 14;
const ROAD_EVERY = 400;
/* Where the best place is taken, a little farther along will do. */
const SHIFTS = [0, 60, -60, 120, -120];

/** Remembers which boxes are taken. */
export function makePlaces() {
  const boxes = [];
  const free = (box) => boxes.every((other) =>
    box[2] <= other[0] || box[0] >= other[2] || box[3] <= other[1] || box[1] >= other[3]);
  return {
    take(box) { boxes.push(box); },
    claim(box) {
      if (!free(box)) return false;
      boxes.push(box);
      return true;
    },
  };
}

export function around(x, y, width, height) {
  return [x - width / 2, y - height / 2, x + width / 2, y + height / 2];
}

export function setType(view, size, weight = 400) {
  const { context } = view;
  context.font = `${weight} ${size}px ${getComputedStyle(document.documentElement).fontFamily}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
}

export function write(view, text, x, y, ink, halo, haloWidth = 3) {
  const { context } = view;
  if (halo) {
    context.strokeStyle = halo;
    context.lineWidth = haloWidth;
    context.strokeText(text, x, y);
  }
  context.fillStyle = ink;
  context.fillText(text, x, y);
}

/**
 * Names of streets: along the road, or stacked down a north–south road in Chinese.
 * They stand at fixed distances from the point of the road nearest to `anchor`, so that they
 * stay where they are while the map moves. `nudge` may move one off what it would cover.
 */
export function drawRoadNames(view, named, { anchor, nudge }, places, colour) {
  view.inPixels();
  setType(view, 12);
  for (const street of named) {
    // A road in several parts, or with two carriageways, is still one road.
    const road = { ...street, nudge, written: [] };
    for (const line of street.lines) {
      drawRoadName(view, road, line.map(view.toPixel), view.toPixel(anchor), places, colour);
    }
  }
}

function drawRoadName(view, street, line, anchor, places, colour) {
  const upright = street.upright && isNorthSouth(line);
  const length = upright ? [...street.name].length * PITCH : view.context.measureText(street.name).width;
  const road = measure(line, anchor);
  const first = road.nearest - Math.floor((road.nearest - length / 2) / ROAD_EVERY) * ROAD_EVERY;
  for (let along = first; along < road.length - length / 2; along += ROAD_EVERY) {
    for (const shift of SHIFTS) {
      const spot = street.nudge(road.at(along + shift, length / 2));
      if (!spot || !isInside(view, spot) || isNear(street.written, spot)) continue;
      const isWritten = upright
        ? stack(view, street.name, spot, places, colour)
        : lay(view, street.name, spot, length, places, colour);
      if (!isWritten) continue;
      street.written.push(spot);
      break;
    }
  }
}

function isNorthSouth(line) {
  const [first, last] = [line[0], line.at(-1)];
  return Math.abs(last[1] - first[1]) > Math.abs(last[0] - first[0]);
}

function isNear(spots, { x, y }) {
  return spots.some((spot) => Math.hypot(spot.x - x, spot.y - y) < ROAD_EVERY * 0.9);
}

function isInside(view, { x, y }) {
  return x > 0 && y > 0 && x < view.width && y < view.height;
}

/* The length of a line, where along it `anchor` is nearest, and its point at a distance. */
function measure(line, anchor) {
  const starts = [0];
  let nearest = 0;
  let least = Infinity;
  for (let n = 1; n < line.length; n += 1) {
    const [[ax, ay], [bx, by]] = [line[n - 1], line[n]];
    const length = Math.hypot(bx - ax, by - ay);
    const along = ((anchor[0] - ax) * (bx - ax) + (anchor[1] - ay) * (by - ay)) / (length || 1);
    const t = Math.max(0, Math.min(length, along));
    const distance = Math.hypot(ax + ((bx - ax) * t) / length - anchor[0], ay + ((by - ay) * t) / length - anchor[1]);
    if (distance < least) [least, nearest] = [distance, starts.at(-1) + t];
    starts.push(starts.at(-1) + length);
  }
  const at = (along, margin) => {
    if (along < margin || along > starts.at(-1) - margin) return null;
    const n = starts.findIndex((start) => start >= along);
    const [from, to] = [line[n - 1], line[n]];
    const length = starts[n] - starts[n - 1];
    const direction = [(to[0] - from[0]) / length, (to[1] - from[1]) / length];
    const rest = along - starts[n - 1];
    return { x: from[0] + direction[0] * rest, y: from[1] + direction[1] * rest, direction };
  };
  return { length: starts.at(-1), nearest, at };
}

function stack(view, name, { x, y, direction }, places, colour) {
  const letters = [...name];
  const height = letters.length * PITCH;
  if (!places.claim(around(x, y, 18, height))) return false;
  const down = direction[1] < 0 ? [-direction[0], -direction[1]] : direction;
  letters.forEach((letter, n) => {
    const offset = (n - (letters.length - 1) / 2) * PITCH;
    write(view, letter, x + down[0] * offset, y + down[1] * offset, colour("m-text-2"), colour("m-halo"));
  });
  return true;
}

function lay(view, name, { x, y, direction }, length, places, colour) {
  const [dx, dy] = direction[0] < 0 ? [-direction[0], -direction[1]] : direction;
  if (!places.claim(around(x, y, Math.abs(dx) * length + 14, Math.abs(dy) * length + 14))) return false;
  const { context } = view;
  context.save();
  context.translate(x, y);
  context.rotate(Math.atan2(dy, dx));
  write(view, name, 0, 0, colour("m-text-2"), colour("m-halo"));
  context.restore();
  return true;
}

export function drawLandmarks(view, landmarks, places, colour) {
  view.inPixels();
  setType(view, 12);
  for (const { name, at } of landmarks) {
    const [x, y] = view.toPixel(at);
    if (places.claim(around(x, y, view.context.measureText(name).width + 8, 18))) {
      write(view, name, x, y, colour("m-text"), colour("m-halo"));
    }
  }
}

/** A name in a pill of colour; returns its box. */
export function drawPill(view, text, x, y, fill, ink, edge) {
  setType(view, 12, 600);
  const { context } = view;
  const box = around(x, y, context.measureText(text).width + 24, 24);
  context.beginPath();
  context.roundRect(box[0], box[1], box[2] - box[0], 24, 12);
  context.fillStyle = fill;
  context.fill();
  context.strokeStyle = edge;
  context.lineWidth = 2;
  context.stroke();
  write(view, text, x, y + 0.5, ink);
  return box;
}
