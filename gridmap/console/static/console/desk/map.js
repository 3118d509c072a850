/* The map beside a list of cases: numbered pins, the other open cases, the cell of the opened one. */
/* global L */

import { create } from "../../layers/basemap.js";

const PIN = 44;
const MARGIN = 56;
/* A cell narrower than this is too small to be seen as chosen. */
const SMALL = 60;
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
const FLIGHT = { animate: !still, duration: 0.4 };

const range = ([west, south, east, north]) => L.latLngBounds([south, west], [north, east]);

/** The map in `element`; `onChoose(code)` is called for a pressed pin, `onPress(latlng)` for a pressed place. */
export function drawMap(element, { onChoose, onPress }) {
  const base = create(element, { center: [39.77, 98.29], zoom: 13 });
  const { map } = base;
  const layers = { pins: L.layerGroup().addTo(map), others: L.layerGroup().addTo(map), cell: L.layerGroup().addTo(map) };
  const known = JSON.parse(element.dataset.bounds);
  let shown = { pins: [], outline: null, card: null, current: "" };

  if (known) map.fitBounds(range(known), { animate: false });

  function fit() {
    if (shown.pins.length > 0) {
      const bounds = L.latLngBounds(shown.pins.map(({ lat, lon }) => [lat, lon]));
      map.fitBounds(bounds, { padding: [MARGIN, MARGIN], maxZoom: 16, ...FLIGHT });
    } else if (known) map.fitBounds(range(known), FLIGHT);
  }

  function drawPins() {
    layers.pins.clearLayers();
    // The first of the list lies on top.
    for (const pin of shown.pins.toReversed()) {
      const isOn = pin.code === shown.current;
      const icon = L.divIcon({ className: `mappin${isOn ? " mappin--on" : ""}`, html: pinElement(pin), iconSize: [PIN, PIN] });
      L.marker([pin.lat, pin.lon], { icon, keyboard: false, title: `${pin.number} ${pin.title}`, zIndexOffset: isOn ? 10_000 : -10 * pin.number })
        .on("click", () => onChoose(pin.code))
        .addTo(layers.pins);
    }
  }

  function drawCell() {
    layers.cell.clearLayers();
    if (!shown.outline) return;
    const style = { color: base.colour("m-sel"), weight: 2, fillColor: base.colour("m-mine"), fillOpacity: 0.14 };
    L.geoJSON(shown.outline, { interactive: false, style }).addTo(layers.cell);
  }

  function turnToCell() {
    if (!shown.outline) return;
    const bounds = L.geoJSON(shown.outline).getBounds();
    const [from, to] = [bounds.getSouthWest(), bounds.getNorthEast()].map((corner) => map.latLngToContainerPoint(corner));
    if (to.x - from.x < SMALL) map.setView(bounds.getCenter(), Math.max(15, map.getBoundsZoom(bounds.pad(1.5))), FLIGHT);
    else if (!map.getBounds().contains(bounds)) map.panTo(bounds.getCenter(), FLIGHT);
  }

  /* Below the cell, else above it, never over an edge of the map. */
  function placeCard() {
    const { card, outline } = shown;
    if (!card || !outline) return;
    const bounds = L.geoJSON(outline).getBounds();
    const [from, to] = [bounds.getNorthWest(), bounds.getSouthEast()].map((corner) => map.latLngToContainerPoint(corner));
    const size = map.getSize();
    const isRoomBelow = to.y + 8 + card.offsetHeight < size.y - MARGIN;
    const top = isRoomBelow ? to.y + 8 : from.y - card.offsetHeight - 8;
    const left = (from.x + to.x - card.offsetWidth) / 2;
    card.style.top = `${Math.max(8, Math.min(size.y - card.offsetHeight - MARGIN, top))}px`;
    card.style.left = `${Math.max(8, Math.min(size.x - card.offsetWidth - MARGIN, left))}px`;
  }

  async function askOthers() {
    // On a phone there is no map beside the list.
    if (map.getSize().x === 0) return;
    const box = map.getBounds();
    const bbox = [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()].map((value) => value.toFixed(5)).join();
    try {
      const answer = await fetch(`${element.dataset.pins}?bbox=${bbox}`);
      if (answer.ok) drawOthers(await answer.json());
    } catch {
      // Without a network the pins of the list are enough.
    }
  }

  function drawOthers({ cases, cells }) {
    layers.others.clearLayers();
    const listed = new Set(shown.pins.map(({ code }) => code));
    const style = { radius: 4.5, weight: 2, color: base.colour("m-halo"), fillColor: base.colour("edge"), fillOpacity: 1 };
    for (const [code, title, lon, lat] of cases) {
      if (!listed.has(code)) L.circleMarker([lat, lon], style).bindTooltip(title).addTo(layers.others);
    }
    for (const [count, lon, lat] of cells) {
      const icon = L.divIcon({ className: "mappin", html: pinElement({ tone: "many", number: count }), iconSize: [PIN, PIN] });
      L.marker([lat, lon], { icon, keyboard: false, interactive: false }).addTo(layers.others);
    }
  }

  function repaint() {
    base.colour.refresh();
    drawCell();
    askOthers();
  }

  map.on("move zoom", placeCard);
  map.on("moveend", askOthers);
  map.on("click", ({ latlng }) => onPress(latlng));
  new MutationObserver(repaint).observe(document.documentElement, { attributeFilter: ["data-theme"] });

  return {
    map,
    fit,
    mark: base.mark,
    /** Show other pins, and the cell of the opened case with its card. */
    show(next) {
      const isOther = next.pins.map(({ code }) => code).join() !== shown.pins.map(({ code }) => code).join();
      shown.card?.remove();
      shown = next;
      if (shown.card) element.parentElement.append(shown.card);
      drawPins();
      drawCell();
      if (shown.outline) turnToCell();
      else if (isOther) fit();
      placeCard();
      askOthers();
    },
  };
}

function pinElement({ tone, number }) {
  const pin = document.createElement("span");
  pin.className = `pin pin--${tone}`;
  const digits = document.createElement("b");
  digits.textContent = number;
  pin.append(digits);
  return pin;
}
