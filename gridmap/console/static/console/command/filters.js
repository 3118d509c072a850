/* The filters in the header: what is chosen, what their buttons say, and a page that is not loaded anew. */

import { FILTERS } from "./address.js";

/**
 * Watches the form; `onChange([[name, value], …])` is called when something else is chosen.
 *
 * Returns {set(filters), said()}: choose from elsewhere, and the chosen ones in words, by filter.
 */
export function watchFilters(form, words, onChange) {
  const none = new Map(menus(form).filter((menu) => !chosenOf(menu).length).map((menu) => [menu, saidOf(menu).textContent]));
  let current = String(new URLSearchParams(chosen(form)));

  function settle() {
    for (const menu of menus(form)) describe(menu, none, words);
    const filters = chosen(form);
    const query = String(new URLSearchParams(filters));
    if (query === current) return;
    current = query;
    onChange(filters);
  }

  form.addEventListener("change", settle);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    form.removeAttribute("aria-busy");
    for (const menu of menus(form)) menu.open = false;
    settle();
  });
  return {
    /** Choose these and no others, without asking `onChange`; the figures beside the map hear of it. */
    set(filters) {
      const wanted = new Set(filters.map((pair) => pair.join("=")));
      for (const input of inputs(form)) {
        const isNone = input.value === "" && !filters.some(([name]) => name === input.name);
        input.checked = isNone || wanted.has(`${input.name}=${input.value}`);
      }
      current = String(new URLSearchParams(chosen(form)));
      form.dispatchEvent(new Event("change", { bubbles: true }));
    },
    said: () => menus(form).map((menu) => chosenOf(menu).map(labelOf)).filter((picked) => picked.length).map(words.list),
  };
}

const menus = (form) => [...form.querySelectorAll("details[data-kind]")];
const inputs = (form) => [...form.querySelectorAll("input[type=radio], input[type=checkbox]")];
const saidOf = (menu) => menu.querySelector("[data-said]");
const labelOf = (input) => input.closest("label").textContent.trim();

function chosenOf(menu) {
  return [...menu.querySelectorAll("input:checked")].filter(({ value }) => value);
}

function chosen(form) {
  const data = new FormData(form);
  return FILTERS.flatMap((name) => data.getAll(name).filter(Boolean).map((value) => [name, value]));
}

function describe(menu, none, words) {
  const picked = chosenOf(menu);
  menu.querySelector("summary").classList.toggle("field--on", picked.length > 0);
  saidOf(menu).textContent = sentence(menu, picked, none.get(menu), words);
}

function sentence(menu, picked, none, { say }) {
  const { kind } = menu.dataset;
  if (kind === "more") return [saidOf(menu).textContent.replace(/\s*\d+$/, ""), picked.length || ""].join(" ").trim();
  if (!picked.length) return none ?? say(`all_${kind}`);
  const label = menu.querySelector("summary .sr").textContent;
  return picked.length === 1 ? labelOf(picked[0]) : say("many", { kind: label, n: picked.length });
}
