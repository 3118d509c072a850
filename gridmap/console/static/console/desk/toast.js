/* A line that goes after ten seconds; it stays while somebody points at it or has it in focus. */

const SECONDS = 10;
const watched = new WeakSet();

/** Let the lines in `place` go in their time. */
export function watchToasts(place) {
  for (const toast of place.querySelectorAll("[data-toast]")) {
    if (watched.has(toast)) continue;
    watched.add(toast);
    countDown(toast);
  }
}

function countDown(toast) {
  const left = toast.querySelector(".toast__left");
  let seconds = SECONDS;
  const isHeld = () => toast.matches(":hover, :focus-within");
  const show = () => { if (left) left.textContent = left.dataset.words.replace("{n}", seconds); };
  show();
  const clock = setInterval(() => {
    if (!toast.isConnected) clearInterval(clock);
    if (isHeld()) return;
    seconds -= 1;
    show();
    if (seconds > 0) return;
    clearInterval(clock);
    toast.remove();
  }, 1000);
}
