/*
 * The map as a picture to keep: the ground, the counts and the outlines as they are seen, on a sheet that says what,
 * of which period and when, with the legend and a scale. Everything is drawn; nothing is asked for.
 */

const RATIO = 2;
const MARGIN = 24;
const HEAD = 84;
const FOOT = 40;
const LEGEND = { width: 280, pad: 14, ramp: 10 };
const NICE_METRES = [50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000];
const WIDEST_SCALE = 140;

/** The canvases of a map from below to above, with where they stand and how opaque they are. */
function canvasesOf(map) {
  const level = (pane) => Number(getComputedStyle(pane).zIndex) || 0;
  const panes = [...map.getPane("mapPane").children].sort((a, b) => level(a) - level(b));
  const corner = map.getContainer().getBoundingClientRect();
  return panes.flatMap((pane) => [...pane.querySelectorAll("canvas")]).map((canvas) => {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    return { canvas, opacity: Number(getComputedStyle(canvas).opacity), x: left - corner.left, y: top - corner.top, width, height };
  }).filter(({ width, height }) => width && height);
}

/**
 * A canvas with the sheet: `map` of Leaflet, `colour(name)` of the theme, `title`, `lines` below it, `legend` (legend.js),
 * `notes` at the foot, `scaleText(metres)`.
 */
export function drawSheet({ map, colour, title, lines, legend, notes, scaleText }) {
  const { x: width, y: height } = map.getSize();
  const canvas = document.createElement("canvas");
  canvas.width = (width + 2 * MARGIN) * RATIO;
  canvas.height = (HEAD + height + FOOT) * RATIO;
  const context = canvas.getContext("2d");
  context.scale(RATIO, RATIO);
  const pen = makePen(context, colour);
  context.fillStyle = colour("surface");
  context.fillRect(0, 0, canvas.width, canvas.height);
  pen.write(title, MARGIN, 36, { size: 20, weight: 600, ink: "ink" });
  lines.forEach((line, n) => pen.write(line, MARGIN, 58 + 18 * n, { size: 13, ink: "ink-2" }));
  drawMap(context, map, { width, height, colour });
  drawLegend(pen, legend, { right: MARGIN + width - 12, bottom: HEAD + height - 12 });
  drawScale(pen, map, { left: MARGIN + 16, bottom: HEAD + height - 16, scaleText });
  notes.forEach((note, n) => pen.write(note, n ? MARGIN + width : MARGIN, HEAD + height + 25, { size: 12, ink: "ink-3", align: n ? "right" : "left" }));
  return canvas;
}

function drawMap(context, map, { width, height, colour }) {
  context.save();
  context.translate(MARGIN, HEAD);
  context.beginPath();
  context.rect(0, 0, width, height);
  context.clip();
  context.fillStyle = colour("m-land");
  context.fillRect(0, 0, width, height);
  for (const part of canvasesOf(map)) {
    context.globalAlpha = part.opacity;
    context.drawImage(part.canvas, part.x, part.y, part.width, part.height);
  }
  context.restore();
}

function makePen(context, colour) {
  const family = getComputedStyle(document.documentElement).fontFamily;
  const set = (size, weight = 400) => {
    context.font = `${weight} ${size}px ${family}`;
  };
  return {
    context,
    colour,
    write(text, x, y, { size, weight, ink, align = "left" }) {
      set(size, weight);
      context.fillStyle = colour(ink);
      context.textAlign = align;
      context.textBaseline = "alphabetic";
      context.fillText(text, x, y);
    },
    /** The text in lines of at most `width` pixels; Chinese breaks anywhere, other writing between words. */
    wrap(text, width, size) {
      set(size);
      const parts = text.match(/[\p{Script=Han}，。：；、“”（）]|[^\p{Script=Han}，。：；、“”（）\s]+\s*|\s+/gu) ?? [];
      const lines = [""];
      for (const part of parts) {
        const next = lines.at(-1) + part;
        if (context.measureText(next).width > width && lines.at(-1)) lines.push(part);
        else lines[lines.length - 1] = next;
      }
      return lines;
    },
  };
}

function drawLegend(pen, { title, unit, colours, edges, note }, { right, bottom }) {
  const { width, pad, ramp } = LEGEND;
  const lines = pen.wrap(note, width - 2 * pad, 12);
  const rampHeight = colours.length ? ramp + 32 : 4;
  const height = 2 * pad + 18 + rampHeight + 17 * lines.length;
  const [left, top] = [right - width, bottom - height];
  const { context, colour } = pen;
  context.beginPath();
  context.roundRect(left, top, width, height, 12);
  context.fillStyle = colour("surface");
  context.strokeStyle = colour("line-2");
  context.fill();
  context.stroke();
  pen.write(title, left + pad, top + pad + 13, { size: 13, weight: 600, ink: "ink" });
  pen.write(unit, right - pad, top + pad + 13, { size: 12, ink: "ink-3", align: "right" });
  drawRamp(pen, colours, edges, { left: left + pad, top: top + pad + 24, width: width - 2 * pad });
  lines.forEach((line, n) => pen.write(line, left + pad, top + pad + 18 + rampHeight + 13 + 17 * n, { size: 12, ink: "ink-2" }));
}

function drawRamp({ context, colour, write }, colours, edges, { left, top, width }) {
  const step = width / colours.length;
  const first = colours.length - edges.length;
  colours.forEach((name, n) => {
    context.fillStyle = colour(name);
    context.fillRect(left + n * step, top, step, LEGEND.ramp);
    if (n >= first) write(edges[n - first], left + n * step, top + LEGEND.ramp + 15, { size: 12, ink: "ink-3" });
  });
}

function drawScale(pen, map, { left, bottom, scaleText }) {
  const { x, y } = map.getSize();
  const metres = map.distance(map.containerPointToLatLng([0, y / 2]), map.containerPointToLatLng([x, y / 2])) / x;
  const length = NICE_METRES.findLast((nice) => nice / metres <= WIDEST_SCALE) ?? NICE_METRES[0];
  const { context, colour } = pen;
  const right = left + length / metres;
  for (const [ink, width] of [["m-halo", 4], ["ink", 1.5]]) {
    context.strokeStyle = colour(ink);
    context.lineWidth = width;
    context.beginPath();
    context.moveTo(left, bottom - 5);
    context.lineTo(left, bottom);
    context.lineTo(right, bottom);
    context.lineTo(right, bottom - 5);
    context.stroke();
  }
  pen.write(scaleText(length), left + 4, bottom - 6, { size: 12, ink: "ink" });
}

/** Hands the sheet over as a file. */
export function save(canvas, name) {
  return new Promise((done) => {
    canvas.toBlob((blob) => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = name;
      link.click();
      // The browser reads the address after the click.
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
      done();
    }, "image/png");
  });
}
