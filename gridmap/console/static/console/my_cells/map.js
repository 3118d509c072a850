/* The map of my cells: Leaflet moves it, one canvas shows it. */
/* global L */

import { readGround } from "../../layers/ground.js";
import { palette } from "../../layers/paint.js";
import { fromUnits, paper, toUnits } from "../../layers/paper.js";
import { drawPicture } from "./picture.js";
import { whatIsHere } from "./places.js";

/* Half of a finger's 44 pixels. */
const REACH = 22;
const still = matchMedia("(prefers-reduced-motion: reduce)");

/** `margins()` tells how much of the map other things cover: {top, right, bottom, left}. */
export function makeMap(element, mine, pins, { margins, onPick }) {
  const scene = { mine, pins, placed: [], ground: null, selection: null, position: null, shows: { posts: false } };
  const map = L.map(element, {
    zoomControl: false, attributionControl: false, zoomSnap: 0, zoomDelta: 0.5, maxZoom: 20,
    // Farther south than there is paper, because the sheet of the phone hides that part.
    maxBounds: boundsOf([[0, 0], [mine.size[0], mine.size[1] * 1.4]].map((corner) => fromUnits(corner, mine.origin))), maxBoundsViscosity: 1,
  });
  const colour = palette();
  const sheet = paper(mine.origin, (view) => drawPicture(view, scene, colour));

  const cornersOf = (cells) => cells.flatMap((cell) => cell.rings[0].map((at) => fromUnits(at, mine.origin)));
  const fit = (cells = mine.cells) => {
    const { top, right, bottom, left } = margins();
    map.fitBounds(boundsOf(cornersOf(cells)), {
      paddingTopLeft: [left, top], paddingBottomRight: [right, bottom], animate: Boolean(map._loaded) && !still.matches, duration: 0.4,
    });
  };
  fit();
  map.setMinZoom(Math.min(map.getZoom(), map.getBoundsZoom(map.options.maxBounds, true)));
  sheet.addTo(map);

  map.on("click", ({ latlng }) => {
    const reach = REACH / scaleOf(map, mine.origin);
    const at = toUnits(latlng, mine.origin);
    onPick(whatIsHere(scene, at, reach), at);
  });
  new MutationObserver(() => { colour.refresh(); sheet.repaint(); })
    .observe(document.documentElement, { attributeFilter: ["data-theme"] });
  document.fonts.ready.then(() => sheet.repaint());

  return {
    fit,
    zoomIn: () => map.zoomIn(),
    zoomOut: () => map.zoomOut(),
    /** Follows a change of the element's size or of the margins. */
    resize: () => map.invalidateSize({ pan: false }),
    setGround: (data) => { scene.ground = readGround(data); sheet.repaint(); },
    setSelection: (selection) => { scene.selection = selection; sheet.repaint(); },
    setPosition: (position) => { scene.position = position; sheet.repaint(); },
    get position() { return scene.position; },
    toggle: (name) => { scene.shows[name] = !scene.shows[name]; sheet.repaint(); return scene.shows[name]; },
    /** Moves the map only if the place is hidden or at the edge. */
    reveal: (at) => reveal(map, fromUnits(at, mine.origin), margins()),
  };
}

function boundsOf(latlngs) {
  return L.latLngBounds(latlngs);
}

function scaleOf(map, origin) {
  const [here, there] = [[0, 0], [1000, 0]].map((at) => map.latLngToLayerPoint(fromUnits(at, origin)));
  return (there.x - here.x) / 1000;
}

function reveal(map, latlng, { top, right, bottom, left }) {
  const { x, y } = map.latLngToContainerPoint(latlng);
  const size = map.getSize();
  const isSeen = x > left && x < size.x - right && y > top && y < size.y - bottom;
  if (isSeen) return;
  const middle = [left + (size.x - left - right) / 2, top + (size.y - top - bottom) / 2];
  map.panBy([x - middle[0], y - middle[1]], { animate: !still.matches, duration: 0.3 });
}
