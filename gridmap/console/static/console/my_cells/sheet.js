/* The sheet of the phone: three stops, by dragging, by its handle and by keys. */

const STOPS = ["low", "middle", "full"];
const phone = matchMedia("(max-width: 639px)");

/* The same heights as in the stylesheet. */
const heightOf = { low: () => 88, middle: () => Math.min(452, innerHeight * 0.56), full: () => innerHeight - 72 };

export function makeSheet(sheet, handle, onChange) {
  let stop = "middle";

  const set = (next) => {
    stop = next;
    sheet.dataset.stop = stop;
    sheet.style.height = "";
    handle.setAttribute("aria-expanded", String(stop === "full"));
    onChange();
  };
  const move = (by) => set(STOPS[Math.max(0, Math.min(2, STOPS.indexOf(stop) + by))]);

  handle.addEventListener("keydown", (event) => {
    const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    move(by);
  });
  // A click without dragging, also from the keyboard or a screen reader.
  const toggle = () => set(stop === "full" ? "middle" : "full");
  listenForDrags(sheet, handle, { onClick: toggle, onEnd: (height) => set(nearestStop(height)) });

  return {
    set,
    get stop() { return stop; },
    /** How much of the map the sheet covers from below once it has come to rest. */
    get cover() { return phone.matches ? heightOf[stop]() : 0; },
  };
}

function nearestStop(height) {
  const distance = (stop) => Math.abs(heightOf[stop]() - height);
  return STOPS.reduce((best, stop) => (distance(stop) < distance(best) ? stop : best));
}

function listenForDrags(sheet, handle, { onClick, onEnd }) {
  let start = null;
  let isDragged = false;

  handle.addEventListener("pointerdown", (event) => {
    isDragged = false;
    if (!phone.matches) return;
    start = { y: event.clientY, height: sheet.offsetHeight, time: event.timeStamp };
    handle.setPointerCapture(event.pointerId);
  });
  handle.addEventListener("pointermove", (event) => {
    if (!start) return;
    const height = start.height + start.y - event.clientY;
    isDragged ||= Math.abs(height - start.height) > 4;
    sheet.classList.toggle("sheet--dragged", isDragged);
    if (isDragged) sheet.style.height = `${Math.max(88, Math.min(innerHeight - 64, height))}px`;
  });
  // A link of the list below must not be dragged away in its place.
  sheet.addEventListener("dragstart", (event) => { if (start) event.preventDefault(); });
  const end = (event) => {
    sheet.classList.remove("sheet--dragged");
    if (start && isDragged) {
      const moved = start.y - event.clientY;
      // A flick carries on: 150 ms more at the same speed.
      onEnd(start.height + moved * (1 + 150 / Math.max(50, event.timeStamp - start.time)));
    }
    start = null;
  };
  handle.addEventListener("pointerup", end);
  handle.addEventListener("pointercancel", end);
  handle.addEventListener("click", () => { if (!isDragged) onClick(); });
}
