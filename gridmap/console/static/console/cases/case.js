/* The page of a case: its small map, its photos, its sheet of reasons, and the end of a look. */

import { showAround } from "./around.js";
import { openDialogs } from "./dialogs.js";
import { openPhotos } from "./viewer.js";

openDialogs();
openPhotos();

const map = document.querySelector("#case-map");
if (map) showAround(map);

/* What was unmasked for ten minutes goes when they are over, also on a page that stays open. */
const until = document.querySelector("[data-until]")?.dataset.until;
if (until) setTimeout(() => location.reload(), Math.max(0, new Date(until) - Date.now()) + 500);

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", () => {
    navigator.clipboard?.writeText(new URL(button.dataset.copy, location.href).href);
    button.closest("details.menu")?.removeAttribute("open");
  });
}
