/* The list with the same content as the map: tabs, search, and keys to walk through it. */

export function makeList(root, { onSelect, onPoint }) {
  const rows = [...root.querySelectorAll("[data-kind]")];
  const tabs = [...root.querySelectorAll("[role=tab]")];
  const search = root.querySelector("[type=search]");
  const nothing = root.querySelector("[data-nothing]");
  const main = (row) => row.querySelector("a, button");

  const show = (tab) => {
    for (const other of tabs) {
      const isShown = other === tab;
      other.setAttribute("aria-selected", String(isShown));
      other.tabIndex = isShown ? 0 : -1;
      root.querySelector(`#${other.getAttribute("aria-controls")}`).hidden = !isShown;
    }
  };
  const tabOf = (row) => tabs.find((tab) => tab.getAttribute("aria-controls") === row.closest("[role=tabpanel]").id);
  const visible = () => rows.filter((row) => row.offsetParent);

  const filter = () => {
    const wanted = search.value.trim().toLowerCase();
    for (const row of rows) row.hidden = !row.dataset.words.toLowerCase().includes(wanted);
    for (const group of root.querySelectorAll("[data-group]")) {
      group.hidden = !group.querySelector("[data-kind]:not([hidden])");
    }
    // Who looks for a building while the cases are shown finds it all the same.
    if (wanted && !visible().length) {
      const found = rows.find((row) => !row.hidden);
      if (found) show(tabOf(found));
    }
    nothing.hidden = !wanted || visible().length > 0;
  };

  const step = (by) => {
    const seen = visible();
    const at = seen.findIndex((row) => row.contains(document.activeElement));
    const next = seen[Math.max(0, Math.min(seen.length - 1, at + by))];
    if (next) main(next).focus();
  };

  tabs.forEach((tab, n) => {
    tab.addEventListener("click", () => { show(tab); filter(); });
    tab.addEventListener("keydown", ({ key }) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[key];
      if (!by) return;
      const next = tabs[(n + by + tabs.length) % tabs.length];
      next.click();
      next.focus();
    });
  });
  search.addEventListener("input", filter);
  for (const row of rows) {
    const selection = { kind: row.dataset.kind, id: Number(row.dataset.id) };
    // A case has a page of its own: its row leads there, and on the way to it shows where it is.
    if (row.dataset.kind === "case") main(row).addEventListener("focus", () => onPoint(selection));
    else main(row).addEventListener("click", () => onSelect(selection));
  }
  show(tabs[0]);

  return {
    search,
    step,
    clearSearch() { search.value = ""; filter(); },
    rowOf: (selection) => rows.find((row) =>
      row.dataset.kind === selection?.kind && Number(row.dataset.id) === selection.id),
    /** Marks one row and brings it into view without moving the focus. */
    mark(selection) {
      const marked = this.rowOf(selection);
      for (const row of rows) row.removeAttribute("aria-current");
      if (!marked) return;
      if (marked.closest("[role=tabpanel]").hidden) show(tabOf(marked));
      marked.setAttribute("aria-current", "true");
      marked.scrollIntoView({ block: "nearest" });
    },
  };
}
