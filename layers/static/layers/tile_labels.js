/* The words on the ground. Where two collide, the later rule's goes. */

const PITCH = 14.5;
const ROAD_EVERY = 400;
const SHIELD_EVERY = 600;
const SHIELD = { ground: "#1E7A4C", ink: "#FFFFFF" };
/* How far a road may bend under its name. */
const STRAIGHT = Math.cos((14 * Math.PI) / 180);

/* Kinds of landmark and the zoom from which they are named. */
const LANDMARKS = {
  river: 11, fort: 12, airport: 12, toll_station: 12, station: 12, square: 14, hospital: 15,
  park: 15, market: 15, enterprise: 14, estate: 16, school: 16,
};

export function labelRules(colour, language) {
  const name = ({ props }) => (language === "en" && props.name_en) || props.name;
  const isEnglish = (feature) => language === "en" && Boolean(feature.props.name_en);
  const named = (first) => (zoom, { props }) => Boolean(props.name) && zoom >= first(props);
  return [
    { dataLayer: "district_names", maxzoom: 14, symbolizer: place(name, colour, { size: 15, weight: 600, spacing: 4.2, alpha: 0.85 }) },
    { dataLayer: "community_names", minzoom: 12, maxzoom: 14, symbolizer: place(name, colour, { size: 12, weight: 400 }) },
    { dataLayer: "community_names", minzoom: 15, symbolizer: place(name, colour, { size: 13, weight: 600 }) },
    { dataLayer: "landmarks", filter: named(({ kind }) => LANDMARKS[kind] ?? 16), symbolizer: landmark(name, colour) },
    { dataLayer: "streets", filter: (_, { props }) => /^[GS]\d+/.test(props.name), symbolizer: shield() },
    { dataLayer: "streets", filter: named(({ grade }) => roadZoom(grade)), symbolizer: road(name, isEnglish, colour) },
  ];
}

function roadZoom(grade) {
  return { main: 13, arterial: 14, street: 15, lane: 16, railway: 13 }[grade] ?? 99;
}

function fontOf(size, weight) {
  return `${weight} ${size}px ${getComputedStyle(document.documentElement).fontFamily}`;
}

function boxAround(x, y, width, height) {
  return { minX: x - width / 2, minY: y - height / 2, maxX: x + width / 2, maxY: y + height / 2 };
}

/* Text in the middle of the origin, with a halo. */
function write(context, text, { font, ink, halo, haloWidth = 3, spacing = 0, alpha = 1 }) {
  context.font = font;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.globalAlpha = alpha;
  if ("letterSpacing" in context) context.letterSpacing = `${spacing}px`;
  if (halo) {
    context.strokeStyle = halo;
    context.lineWidth = haloWidth;
    context.strokeText(text, spacing / 2, 0);
  }
  context.fillStyle = ink;
  context.fillText(text, spacing / 2, 0);
}

function widthOf(scratch, text, font, spacing = 0) {
  scratch.font = font;
  return scratch.measureText(text).width + spacing * ([...text].length - 1);
}

/* Room between Chinese characters; Latin letters need less. */
function spaced(text, pixels) {
  return /\p{Script=Han}/u.test(text) ? pixels : pixels / 4;
}

/* The name of an area. */
function place(name, colour, { size, weight, spacing = 0, alpha = 1 }) {
  return {
    place({ scratch }, [[at]], feature) {
      const [text, font] = [name(feature), fontOf(size, weight)];
      const apart = spacing && spaced(text, spacing);
      const width = widthOf(scratch, text, font, apart);
      return [{
        anchor: at,
        bboxes: [boxAround(at.x, at.y, width + 12, size + 12)],
        draw: (context) => write(context, text, { font, ink: colour("m-text"), halo: colour("m-halo"), spacing: apart, alpha }),
      }];
    },
  };
}

/* A sign with the name below it; water has its name alone. */
function landmark(name, colour) {
  return {
    place({ scratch }, [[at]], feature) {
      const [text, font] = [name(feature), fontOf(12, 400)];
      const isWater = feature.props.kind === "river";
      const spacing = isWater ? spaced(text, 6) : 0;
      const width = widthOf(scratch, text, font, spacing);
      const down = isWater ? 0 : 12;
      return [{
        anchor: at,
        bboxes: [boxAround(at.x, at.y + down / 2, width + 10, 18 + down)],
        draw(context) {
          if (!isWater) drawSign(context, feature.props.kind, colour);
          context.translate(0, down);
          write(context, text, {
            font, spacing, ink: colour(isWater ? "m-water-text" : "m-text"), halo: colour("m-halo"),
          });
        },
      }];
    },
  };
}

const FORT = new Path2D("M-7 4.5h14v-9h-3v3h-2.500v-3h-3v3h-2.500v-3h-3z");

function drawSign(context, kind, colour) {
  context.fillStyle = colour("m-text-2");
  context.strokeStyle = colour("m-halo");
  context.lineWidth = 2;
  const sign = kind === "fort" ? FORT : new Path2D();
  if (kind !== "fort") sign.arc(0, 0, 3, 0, 2 * Math.PI);
  context.stroke(sign);
  context.fill(sign);
}

/* The number of a motorway on its green plate. */
function shield() {
  return {
    place({ scratch }, lines, feature) {
      const [text] = feature.props.name.match(/^[GS]\d+/);
      const font = fontOf(11, 600);
      const width = widthOf(scratch, text, font) + 12;
      return spots(lines, width, SHIELD_EVERY / 2).map(({ at }) => ({
        anchor: at,
        bboxes: [boxAround(at.x, at.y, width + 8, 26)],
        draw(context) {
          context.beginPath();
          context.roundRect(-width / 2, -9, width, 18, 4);
          context.fillStyle = SHIELD.ground;
          context.fill();
          context.strokeStyle = SHIELD.ink;
          context.lineWidth = 1.5;
          context.stroke();
          write(context, text, { font, ink: SHIELD.ink });
        },
        deduplicationKey: `shield ${text}`,
        deduplicationDistance: SHIELD_EVERY,
      }));
    },
  };
}

/* The name of a road lies along it; of a north–south road in Chinese it stands, letter under letter. */
function road(name, isEnglish, colour) {
  return {
    place({ scratch }, lines, feature) {
      const [text, font] = [name(feature), fontOf(12, 400)];
      const letters = [...text];
      const width = widthOf(scratch, text, font);
      const stacked = letters.length * PITCH;
      const look = () => ({ font, ink: colour("m-text-2"), halo: colour("m-halo") });
      return spots(lines, Math.max(width, stacked) + 16, 60).map(({ at, along }) => {
        const stands = !isEnglish(feature) && Math.abs(along.y) > Math.abs(along.x);
        return {
          anchor: at,
          ...(stands ? standing(letters, at, along, look) : lying(text, width, at, along, look)),
          deduplicationKey: text,
          deduplicationDistance: ROAD_EVERY,
        };
      });
    },
  };
}

function standing(letters, at, along, look) {
  const down = along.y < 0 ? { x: -along.x, y: -along.y } : along;
  const offsets = letters.map((_, n) => (n - (letters.length - 1) / 2) * PITCH);
  return {
    bboxes: offsets.map((offset) => boxAround(at.x + down.x * offset, at.y + down.y * offset, 18, PITCH)),
    draw(context) {
      letters.forEach((letter, n) => {
        context.save();
        context.translate(down.x * offsets[n], down.y * offsets[n]);
        write(context, letter, look());
        context.restore();
      });
    },
  };
}

function lying(text, width, at, along, look) {
  const right = along.x < 0 ? { x: -along.x, y: -along.y } : along;
  const steps = Math.max(2, Math.ceil(width / 14));
  const boxes = Array.from({ length: steps }, (_, n) => ((n + 0.5) / steps - 0.5) * width);
  return {
    bboxes: boxes.map((offset) => boxAround(at.x + right.x * offset, at.y + right.y * offset, 16, 16)),
    draw(context) {
      context.rotate(Math.atan2(right.y, right.x));
      write(context, text, look());
    },
  };
}

/* Middles of straight stretches with room for a word, `every` pixels apart along a line. */
function spots(lines, room, every) {
  return lines.flatMap((line) => {
    const ends = lengths(line);
    const found = [];
    for (let middle = room / 2; middle <= ends.at(-1) - room / 2; middle += every) {
      const spot = stretch(line, ends, middle, room);
      if (spot) found.push(spot);
    }
    return found;
  });
}

function lengths(line) {
  const ends = [0];
  for (let n = 1; n < line.length; n += 1) ends.push(ends[n - 1] + line[n].dist(line[n - 1]));
  return ends;
}

function stretch(line, ends, middle, room) {
  const [first, at, last] = [middle - room / 2, middle, middle + room / 2].map((d) => pointAt(line, ends, d));
  const reach = first.dist(last);
  // A bend makes the way longer than the straight line between its ends.
  if (reach < room * STRAIGHT) return null;
  return { at, along: last.sub(first).div(reach) };
}

function pointAt(line, ends, distance) {
  let n = 1;
  while (n < line.length - 1 && ends[n] < distance) n += 1;
  const share = (distance - ends[n - 1]) / (ends[n] - ends[n - 1] || 1);
  return line[n].sub(line[n - 1]).mult(share).add(line[n - 1]);
}
