/* One line at the bottom for ten seconds; it stays while somebody looks at it. */

const SECONDS = 10;
const watched = new WeakSet();

/** Lets the lines that the server says in `place` go in their time. */
export function watchToasts(place) {
  for (const line of place.querySelectorAll("[data-toast]")) {
    if (watched.has(line)) continue;
    watched.add(line);
    expire(line, line.querySelector(".toast__left"));
  }
}

/** Shows a text; `action` {label, run} is a button beside the seconds that are left. */
export function toast(text, action) {
  const place = document.querySelector("#toasts");
  const line = document.createElement("div");
  line.className = "toast";
  const words = document.createElement("span");
  words.className = "grow";
  words.textContent = text;
  line.append(words);
  if (action) line.append(...withAction(line, action));
  place.replaceChildren(line);
  expire(line, line.querySelector("[data-seconds]"));
}

/* `seconds` says what is left, in the words of `data-words` where there are any. */
function expire(line, seconds) {
  countDown(line, SECONDS, (left) => {
    if (seconds) seconds.textContent = (seconds.dataset.words ?? "{n}").replace("{n}", left);
    if (!left) line.remove();
  });
}

function withAction(line, { label, run }) {
  const seconds = document.createElement("span");
  seconds.dataset.seconds = "";
  seconds.setAttribute("aria-hidden", "true");
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = label;
  button.addEventListener("click", () => { line.remove(); run(); });
  return [seconds, button];
}

/** Calls `step` with the seconds left, each second; the clock stands while `element` is hovered or focused. */
export function countDown(element, seconds, step) {
  let left = seconds;
  step(left);
  const timer = setInterval(() => {
    if (!element.isConnected) return clearInterval(timer);
    if (element.matches(":hover, :focus-within")) return undefined;
    left -= 1;
    step(left);
    return left > 0 ? undefined : clearInterval(timer);
  }, 1000);
}
