/*
 * How fresh the figures are: while new ones do not come, a banner tells of when those are that are shown, and their age.
 * `#updated` knows the time; htmx asks every minute.
 */

const MINUTE_MS = 60_000;
const LATE = 2;

const banner = document.getElementById("stale");
const words = banner.querySelector("[data-words]") ?? banner;
let hasFailed = false;

function tell() {
  const { at } = document.getElementById("updated").dataset;
  const minutes = Math.max(1, Math.floor((Date.now() - Date.parse(at)) / MINUTE_MS));
  banner.hidden = !(hasFailed || !navigator.onLine || minutes > LATE);
  if (!banner.hidden) words.textContent = words.dataset.words.replace("{time}", at.slice(11, 16)).replace("{n}", minutes);
}

for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(name, () => { hasFailed = true; tell(); });
}
document.addEventListener("htmx:afterSettle", () => { hasFailed = false; tell(); });
for (const name of ["online", "offline"]) addEventListener(name, tell);
setInterval(tell, MINUTE_MS / 4);
