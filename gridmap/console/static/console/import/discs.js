/* Numbered discs beside faults, each with a line to its place: a real fault is smaller than a pixel. */
/* global L */

const RADIUS = 12;
/* Above this many in view numbers would cover the map: small dots, and a number for the chosen one. */
const MOST_NUMBERED = 60;
const DIRECTIONS = [[0, -1], [1, 0], [-1, 0], [0, 1], [0.7, -0.7], [-0.7, -0.7], [0.7, 0.7], [-0.7, 0.7]];
const SVG = "http://www.w3.org/2000/svg";

function draw(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

function makeDisc(leaflet, fault, onPick) {
  const svg = draw("svg", { class: `pin pin--${fault.kind}`, width: 1, height: 1, "aria-hidden": "true" });
  const line = draw("line", { class: "pin__line", x1: 0, y1: 0 });
  const touch = draw("circle", { class: "pin__touch", r: 22 });
  const disc = draw("circle", { class: "pin__disc", r: RADIUS });
  const ring = draw("circle", { class: "pin__ring", r: RADIUS + 6 });
  const text = draw("text", { class: "pin__number", "text-anchor": "middle" });
  text.textContent = fault.number;
  svg.append(line, ring, touch, disc, text);
  const marker = L.marker([fault.at[1], fault.at[0]], {
    icon: L.divIcon({ className: "pin-holder", html: svg, iconSize: [0, 0] }), keyboard: false, bubblingMouseEvents: false,
  }).addTo(leaflet);
  marker.on("click", () => onPick(fault.number));
  return {
    fault,
    marker,
    svg,
    place([x, y], isNumbered) {
      svg.classList.toggle("pin--dot", !isNumbered);
      for (const [key, value] of [["x2", x], ["y2", y]]) line.setAttribute(key, value);
      for (const circle of [disc, touch, ring]) {
        circle.setAttribute("cx", x);
        circle.setAttribute("cy", y);
      }
      text.setAttribute("x", x);
      text.setAttribute("y", y + 4.5);
    },
  };
}

/* How far a disc must stand off so that it does not hide its own shape, at most a finger. */
function reach(leaflet, { shape }) {
  if (!shape) return 0;
  const bounds = L.geoJSON(shape).getBounds();
  if (!bounds.isValid()) return 0;
  const size = leaflet.latLngToLayerPoint(bounds.getSouthEast()).subtract(leaflet.latLngToLayerPoint(bounds.getNorthWest()));
  return [Math.min(size.x / 2, 44), Math.min(size.y / 2, 44)];
}

function candidates(leaflet, fault) {
  if (fault.kind === "slivers" || !fault.shape) return [[0, 0], ...DIRECTIONS.map(([x, y]) => [x * 26, y * 26])];
  const [width, height] = reach(leaflet, fault) || [0, 0];
  return DIRECTIONS.map(([x, y]) => [x * (width + RADIUS + 8), y * (height + RADIUS + 8)]);
}

function cost(spot, { taken, anchors, size }) {
  const near = (others, distance) => others.filter((other) => Math.hypot(other.x - spot.x, other.y - spot.y) < distance).length;
  const margin = RADIUS + 4;
  const isOut = spot.x < margin || spot.y < margin || spot.x > size.x - margin || spot.y > size.y - margin;
  return near(taken, 2 * RADIUS + 4) * 100 + near(anchors, RADIUS + 6) * 10 + (isOut ? 50 : 0);
}

export function makeDiscs({ leaflet }, faults, onPick) {
  const discs = faults.filter(({ at }) => at).map((fault) => makeDisc(leaflet, fault, onPick));
  let chosen = null;

  /* One after the other, each where it disturbs least. */
  function arrange() {
    const size = leaflet.getSize();
    const anchorOf = (disc) => leaflet.latLngToContainerPoint(disc.marker.getLatLng());
    const seen = discs.filter((disc) => leaflet.getBounds().pad(0.05).contains(disc.marker.getLatLng()));
    const anchors = seen.map(anchorOf);
    const taken = [];
    for (const disc of seen) {
      const isNumbered = seen.length <= MOST_NUMBERED || disc.fault.number === chosen;
      if (!isNumbered) {
        disc.place([0, 0], false);
        continue;
      }
      const anchor = anchorOf(disc);
      const others = anchors.filter((other) => !other.equals(anchor));
      const choices = candidates(leaflet, disc.fault).map((offset, order) => {
        const spot = anchor.add(offset);
        // The shortest line wins, so a disc stands at the side of what is tall and above what is wide.
        const inconvenience = Math.hypot(...offset) / 10 + order / 100;
        return { offset, spot, cost: cost(spot, { taken, anchors: others, size }) + inconvenience };
      });
      const best = choices.reduce((one, other) => (other.cost < one.cost ? other : one));
      taken.push(best.spot);
      disc.place(best.offset, true);
    }
  }

  leaflet.on("moveend zoomend resize", arrange);
  arrange();
  return {
    select(number) {
      chosen = number;
      for (const { fault, marker, svg } of discs) {
        svg.classList.toggle("pin--on", fault.number === number);
        marker.setZIndexOffset(fault.number === number ? 1000 : 0);
      }
      arrange();
    },
  };
}
