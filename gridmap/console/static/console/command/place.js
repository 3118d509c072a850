/* One place on the map: what is told beside the pointer, and what a press opens. */

import { casesQuery } from "./address.js";
import { told } from "./measures.js";
import { cellPanel, linesOf, pointerTip } from "./telling.js";

/**
 * `page`: {root, element, map, recurring, words, shown, state(), drill(code): what leads into an area, or null}
 *
 * Returns {hover(found), press(found), select(number), refresh()}; `found` is what the map finds (map.js), number -1 none.
 */
export function watchPlaces(page) {
  const { root, element, map, recurring, words, shown } = page;
  const tip = pointerTip(element);
  const panel = cellPanel(element.parentElement, { closeText: words.say("close"), onClose: () => select(-1) });
  const last = { number: -1, found: null, lines: [] };

  /* The pointer moves on one cell for long, and intervals take their time. */
  function linesFor(number) {
    if (number !== last.number || shown.found !== last.found) {
      const lines = linesOf(shown.cube.cells[number], told(shown.cube, shown.found, number), words);
      Object.assign(last, { number, found: shown.found, lines });
    }
    return last.lines;
  }

  function hover(found) {
    map.layers.cells.choose({ hovered: found?.cell ?? -1, selected: shown.selected });
    recurring.point(found?.conflict ?? "");
    element.classList.toggle("is-over", Boolean(found?.pin || found?.conflict));
    tip(found && shown.found ? tipLines(found) : null, found?.at);
  }

  function tipLines({ pin, conflict, cell }) {
    if (pin) return [pin.title, pin.code];
    if (conflict) return [map.layers.conflicts.nameOf(conflict)];
    return cell < 0 || cell === shown.selected ? null : linesFor(cell);
  }

  function press({ pin, conflict, cell }) {
    if (!shown.found) return;
    if (pin) location.assign(pin.url);
    else if (conflict) recurring.open(conflict);
    else select(cell === shown.selected ? -1 : cell);
  }

  function select(number) {
    shown.selected = number;
    map.layers.cells.choose({ hovered: -1, selected: number });
    tip(null);
    refresh();
  }

  function refresh() {
    if (shown.selected < 0) panel(null);
    else panel(linesFor(shown.selected), linksFor(shown.cube.cells[shown.selected]));
  }

  function linksFor({ code }) {
    const links = [];
    if (root.dataset.cases) links.push({ text: words.say("to_cases"), href: `${root.dataset.cases}?${casesQuery(page.state(), code, shown.cube.edges, shown.window)}` });
    for (const area of map.areasAround(shown.selected, shown.areas)) {
      const act = page.drill(area.code);
      if (act) links.push({ text: `${words.say("drill")} · ${area.name}`, act });
    }
    return links;
  }

  return { hover, press, select, refresh };
}
