/* Questions about my cells: what lies at a point, and how far I am from my cells. */

const scratch = document.createElement("canvas").getContext("2d");

/** What a finger means: the pin within `reach`, the building under it, else the nearest, else the cell. */
export function whatIsHere({ mine, placed }, [x, y], reach) {
  const pinned = nearest(placed, [x, y], reach);
  if (pinned) return { kind: "case", id: pinned.pin.id, building: pinned.pin.building };
  const within = ({ shape }) => scratch.isPointInPath(shape, x, y, "evenodd");
  const touched = mine.buildings.find(within) ?? nearest(mine.buildings, [x, y], reach);
  if (touched) return { kind: "building", id: touched.id };
  const cell = mine.cells.find(within);
  return cell ? { kind: "cell", id: cell.id } : null;
}

function nearest(things, [x, y], reach) {
  let best = null;
  let least = reach;
  for (const thing of things) {
    const distance = Math.hypot(thing.at[0] - x, thing.at[1] - y);
    if (distance < least) [best, least] = [thing, distance];
  }
  return best;
}

/** My cell at a point, or the nearest of mine with the distance to it in units. */
export function nearestCell(mine, [x, y]) {
  let best = { cell: null, distance: Infinity };
  for (const cell of mine.cells) {
    if (scratch.isPointInPath(cell.shape, x, y, "evenodd")) return { cell, distance: 0 };
    const distance = Math.min(...cell.rings.map((ring) => toRing(ring, x, y)));
    if (distance < best.distance) best = { cell, distance };
  }
  return best;
}

/** The distance of a point from a ring. */
export function toRing(ring, x, y) {
  let least = Infinity;
  ring.forEach(([ax, ay], n) => {
    const [bx, by] = ring[(n + 1) % ring.length];
    const [dx, dy] = [bx - ax, by - ay];
    const along = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1);
    const t = Math.max(0, Math.min(1, along));
    least = Math.min(least, Math.hypot(ax + t * dx - x, ay + t * dy - y));
  });
  return least;
}
