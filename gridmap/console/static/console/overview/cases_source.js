/* Asking for squares: tiles of counts and the classes of a period and topic, as layers/squares.js draws them. */

import { unpack } from "../../layers/bins.js";

const NOTHING = { bins: [], counts: [] };
const NO_CONTENT = 204;
const BAD_REQUEST = 400;

/** Asking again would be answered the same. */
export class Refused extends Error {}

async function ask(address, signal) {
  const answer = await fetch(address, { signal });
  // Signed out meanwhile: the log-in page comes in the place of the squares.
  if (answer.redirected) location.reload();
  if (answer.status === BAD_REQUEST) throw new Refused(address);
  if (!answer.ok) throw new Error(`the squares did not come: ${answer.status}`);
  return answer.status === NO_CONTENT ? null : answer;
}

/** From the day `since` on and before `until`, of a topic or of all; what is under way ends with `signal`. */
export function sourceOf({ since, until, topic }, signal) {
  const query = new URLSearchParams({ since, until, ...(topic && { topic }) });
  const known = new Map();

  async function edges(zoom) {
    const answer = await ask(`/map/counts/${zoom}/?${query}`, signal);
    return answer ? (await answer.json()).breaks : [];
  }

  return {
    async tile({ z, x, y }) {
      const answer = await ask(`/map/counts/${z}/${x}/${y}/?${query}`, signal);
      return answer ? unpack(await answer.arrayBuffer()) : NOTHING;
    },
    /** Asked once for each zoom. */
    breaks(zoom) {
      if (!known.has(zoom)) known.set(zoom, edges(zoom));
      known.get(zoom).catch(() => known.delete(zoom));
      return known.get(zoom);
    },
  };
}
