/* Time that plays: one step at a time, from the beginning again once the end is reached, and then to the end. */

const PACE_MS = 600;

/**
 * The button `element` starts and stops. `step()` shows the next step and says whether there is another; `begin()` is
 * called where play starts at the end. With reduced motion a press is one step.
 */
export function player(element, { words, step, begin, onStop }) {
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let timer = null;

  function show(isPlaying) {
    const label = words.say(isPlaying ? "pause" : "play");
    element.setAttribute("aria-pressed", String(isPlaying));
    element.setAttribute("aria-label", label);
    element.title = label;
    element.querySelector("use").setAttribute("href", isPlaying ? "#i-pause" : "#i-play");
  }

  function stop() {
    if (timer === null) return;
    clearInterval(timer);
    timer = null;
    show(false);
    onStop();
  }

  function tick() {
    if (!step()) stop();
  }

  element.addEventListener("click", () => {
    if (timer !== null) {
      stop();
      return;
    }
    begin();
    if (still.matches) {
      step();
      onStop();
      return;
    }
    timer = setInterval(tick, PACE_MS);
    show(true);
  });
  return { stop, isPlaying: () => timer !== null };
}
