/* The list of what keeps coming back and its outlines on the map: whichever is pointed at shows in the other. */

import { askJson } from "./live.js";

const ROWS = "[data-conflict]";

/**
 * Couples the list with the map. `address` gives the outlines of the same filters as the list.
 *
 * Returns {load(query), point(code), choose(code), open(code)}; `point("")` points at none.
 */
export function coupleRecurring({ list, map, address }) {
  const { conflicts } = map.layers;
  let chosen = "";
  let pointed = "";
  const rowOf = (code) => [...list.querySelectorAll(ROWS)].find((row) => row.dataset.conflict === code);

  function mark() {
    conflicts.choose(pointed || chosen);
    for (const row of list.querySelectorAll(ROWS)) row.classList.toggle("is-pointed", row.dataset.conflict === pointed);
  }

  function point(code) {
    if (code === pointed) return;
    pointed = code;
    mark();
  }

  for (const [comes, goes] of [["pointerover", "pointerleave"], ["focusin", "focusout"]]) {
    list.addEventListener(comes, ({ target }) => point(target.closest(ROWS)?.dataset.conflict ?? ""));
    list.addEventListener(goes, () => point(""));
  }
  return {
    async load(query) {
      const outlines = await askJson(`${address}?${query}`);
      if (!outlines) return;
      // A number that is not in the list tells nothing: a wall lists fewer.
      conflicts.show(outlines.features.filter(({ properties }) => rowOf(properties.code)));
      mark();
    },
    point(code) {
      if (code && code !== pointed) rowOf(code)?.scrollIntoView({ block: "nearest" });
      point(code);
    },
    choose(code) {
      chosen = code;
      mark();
      const box = code && conflicts.boxOf(code);
      if (box) map.goTo(box);
    },
    open(code) {
      const address = rowOf(code)?.href;
      if (address) location.assign(address);
    },
  };
}
