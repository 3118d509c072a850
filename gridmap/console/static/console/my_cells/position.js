/* Where I stand: asked of the device, or shown by a finger on the map. */

/**
 * Calls `onChange({state, latlng, accuracy, heading})`; states are asking, known, denied, failed.
 * Watches at once where the person has allowed it before, otherwise waits to be asked.
 */
export function makePosition(onChange) {
  let watch = null;

  const stop = () => {
    if (watch !== null) navigator.geolocation.clearWatch(watch);
    watch = null;
  };
  const found = ({ coords }) => onChange({
    state: "known",
    latlng: { lat: coords.latitude, lng: coords.longitude },
    accuracy: coords.accuracy,
    heading: coords.heading,
  });
  const refused = ({ code, PERMISSION_DENIED }) => {
    stop();
    onChange({ state: code === PERMISSION_DENIED ? "denied" : "failed" });
  };
  const ask = () => {
    stop();
    if (!navigator.geolocation) return onChange({ state: "failed" });
    onChange({ state: "asking" });
    watch = navigator.geolocation.watchPosition(found, refused, {
      enableHighAccuracy: true, maximumAge: 10_000, timeout: 20_000,
    });
  };
  navigator.permissions?.query({ name: "geolocation" }).then(({ state }) => {
    if (state === "granted" && watch === null) ask();
  });
  return { ask, stop };
}
