/*
 * How fresh the page is: while new figures or counts do not come, a banner tells of when those are that are shown, and their age.
 * `#updated` knows the time of the figures, for which htmx asks every minute; the event `counts` (page.js) that of the counts.
 */

const MINUTE_MS = 60_000;
const LATE = 2;

const banner = document.getElementById("stale");
const words = banner.querySelector("[data-words]") ?? banner;
const failed = { figures: false, counts: false };
let countedAt = null;

/* The older of the two is what the reader must know of. */
function shownAt() {
  const times = [document.getElementById("updated").dataset.at, countedAt].filter(Boolean);
  return times.reduce((first, time) => (Date.parse(time) < Date.parse(first) ? time : first));
}

function tell() {
  const at = shownAt();
  const minutes = Math.max(1, Math.floor((Date.now() - Date.parse(at)) / MINUTE_MS));
  banner.hidden = !(failed.figures || failed.counts || !navigator.onLine || minutes > LATE);
  const sentence = navigator.onLine ? words.dataset.words : words.dataset.offline;
  if (!banner.hidden) words.textContent = sentence.replace("{time}", at.slice(11, 16)).replace("{n}", minutes);
}

for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(name, () => { failed.figures = true; tell(); });
}
document.addEventListener("htmx:afterSettle", () => { failed.figures = false; tell(); });
document.addEventListener("counts", ({ detail: { hasCome, at } }) => {
  failed.counts = !hasCome;
  // The same counts once more are as fresh as the figures.
  countedAt = hasCome ? null : at;
  tell();
});
for (const name of ["online", "offline"]) addEventListener(name, tell);
// What did not come meanwhile is asked for at once, as if the filters had changed.
addEventListener("online", () => document.getElementById("filters").dispatchEvent(new Event("change")));
// Signed out meanwhile: the log-in page comes in the place of the figures.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { requestPath, responsePath } = event.detail.pathInfo;
  if (!responsePath || new URL(responsePath, location).pathname === new URL(requestPath, location).pathname) return;
  event.preventDefault();
  location.reload();
});
setInterval(tell, MINUTE_MS / 4);
