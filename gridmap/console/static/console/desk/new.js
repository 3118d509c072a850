/* Taking a report down: an address is looked up while it is typed, a place is pressed on the map. */
/* global L, htmx */

import { create } from "../../layers/basemap.js";

const one = (selector) => document.querySelector(selector);
const form = one("#new");
const element = one("#map");
const spot = one("#spot");
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
const FLIGHT = { animate: !still, duration: 0.4 };

const base = create(element, { center: [39.77, 98.29], zoom: 13 });
const { map } = base;
const known = JSON.parse(element.dataset.bounds);
if (known) map.fitBounds([[known[1], known[0]], [known[3], known[2]]], { animate: false });

const icon = () => {
  const pin = document.createElement("span");
  pin.className = "pin pin--open";
  return L.divIcon({ className: "mappin mappin--on", html: pin, iconSize: [44, 44] });
};
const marker = L.marker([0, 0], { icon: icon(), keyboard: false, interactive: false });

function mark(lat, lon) {
  marker.setLatLng([lat, lon]).addTo(map);
}

/* The point that the server gets; empty where the chosen place says more. */
function keep(lat, lon) {
  form.elements.lat.value = lat === null ? "" : lat.toFixed(6);
  form.elements.lon.value = lon === null ? "" : lon.toFixed(6);
}

async function press({ latlng }) {
  for (const place of form.querySelectorAll("[name=place]:checked")) place.checked = false;
  keep(latlng.lat, latlng.lng);
  mark(latlng.lat, latlng.lng);
  spot.textContent = spot.dataset.pressed;
  lookNear(latlng);
  const answer = await fetch(`${element.dataset.identify}?lon=${latlng.lng.toFixed(6)}&lat=${latlng.lat.toFixed(6)}`);
  spot.textContent = answer.ok ? inWords(await answer.json()) : spot.dataset.outside;
}

const english = document.documentElement.lang.startsWith("en");
const nameOf = (place) => (english && place.name_en) || place.name;

function inWords({ cells: [cell], buildings: [building] }) {
  const parts = [spot.dataset.pressed];
  if (cell) parts.push(`${nameOf(cell.areas[0])} ${cell.code.slice(-3)}`);
  if (building) parts.push(nameOf(building));
  return parts.join(" · ");
}

function choose(place) {
  const [lat, lon] = [Number(place.dataset.lat), Number(place.dataset.lon)];
  keep(null, null);
  if (place.dataset.kind === "street") {
    marker.remove();
    map.setView([lat, lon], 16, FLIGHT);
    return;
  }
  mark(lat, lon);
  map.setView([lat, lon], 17, FLIGHT);
  lookNear({ lat, lng: lon });
}

/* Near open cases of the topic, once there are a place and a topic. */
let last = null;

function lookNear(latlng = last) {
  last = latlng;
  const topic = form.elements.topic.value;
  if (!latlng || !topic) return;
  const query = new URLSearchParams({ topic, lon: latlng.lng.toFixed(6), lat: latlng.lat.toFixed(6) });
  htmx.ajax("GET", `${one("#near").dataset.address}?${query}`, { target: "#near", swap: "innerHTML" });
}

form.addEventListener("change", ({ target }) => {
  if (target.name === "place") choose(target);
  if (target.name === "topic") lookNear();
});

/* Twice pressed is once sent; the key would make the second the same anyway. */
form.addEventListener("submit", ({ submitter }) => {
  if (submitter?.name !== "search") one("#register").disabled = true;
});
addEventListener("pageshow", () => { one("#register").disabled = false; });

const actions = { "zoom-in": () => map.zoomIn(), "zoom-out": () => map.zoomOut() };
document.addEventListener("click", ({ target }) => actions[target.closest("[data-action]")?.dataset.action]?.());

map.on("click", press);
const chosen = form.querySelector("[name=place]:checked");
if (chosen) choose(chosen);
else if (form.elements.lat.value) {
  last = { lat: Number(form.elements.lat.value), lng: Number(form.elements.lon.value) };
  mark(last.lat, last.lng);
  map.setView(last, 17, FLIGHT);
}
