/* One line at the bottom for ten seconds; it stays while somebody looks at it. */

const SECONDS = 10;

/** Shows what the server says was done. */
export function showToasts() {
  for (const said of document.querySelectorAll("[data-toast]")) toast(said.textContent);
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
  countDown(line, SECONDS, (left) => {
    const seconds = line.querySelector("[data-seconds]");
    if (seconds) seconds.textContent = left;
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
