/* Asking the server for counts: the last question counts, and the same answer twice is no news. */

import { prepare, unpack } from "./cube.js";

/** `ask(query)` → {cube, tag}, or null where it is what `tag` names already. A question that was overtaken never answers. */
export function cubeSource(address) {
  let controller = null;
  return async (query, tag = null) => {
    controller?.abort();
    controller = new AbortController();
    const { signal } = controller;
    const answer = await fetch(`${address}?${query}`, { signal });
    // Signed out meanwhile: the log-in page comes in the place of the counts.
    if (answer.redirected) location.reload();
    if (!answer.ok) throw new Error(`the counts did not come: ${answer.status}`);
    const current = answer.headers.get("ETag");
    if (tag && current === tag) return null;
    return { cube: prepare(unpack(await answer.arrayBuffer())), tag: current };
  };
}

/** JSON from the server, or null where it does not come: what lies over the counts may be missing. */
export async function askJson(address) {
  try {
    const answer = await fetch(address);
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}
