/* Faults in their true shape: hatches are SVG patterns, because a canvas has no crisp ones. */
/* global L */

/* Patterned where the eye must tell two kinds apart without colour. */
const FILLS = { overlaps: "url(#hatch-overlaps)", gaps: "url(#hatch-gaps)", outside: "url(#hatch-outside)" };

/** A layer of one fault; `className` says which kind it is. */
export function layerOf({ kind, shape }, options = {}) {
  return L.geoJSON(shape, {
    interactive: false,
    style: {
      className: `shape shape--${kind}`,
      fill: Boolean(FILLS[kind]) || kind === "slivers",
      fillColor: FILLS[kind] ?? "currentColor",
      fillOpacity: 1,
      weight: 1.5,
      ...options,
    },
    // A point has its disc already.
    pointToLayer: () => L.layerGroup(),
  });
}

export function makeShapes({ leaflet }, faults) {
  leaflet.createPane("faults").classList.add("pane-faults");
  const renderer = L.svg({ pane: "faults", padding: 0.5 });
  const layers = new Map();
  for (const fault of faults) {
    if (!fault.shape) continue;
    layers.set(fault.number, layerOf(fault, { renderer, pane: "faults" }).addTo(leaflet));
  }
  return {
    select(number) {
      for (const [other, layer] of layers) {
        layer.eachLayer((part) => part.getElement?.()?.classList.toggle("shape--on", other === number));
      }
    },
  };
}
