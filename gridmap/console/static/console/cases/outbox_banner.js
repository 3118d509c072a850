/* On every page: how many reports wait, which, and sending them as soon as there is a network. */

import { flush, forget, list, onChange } from "./outbox.js";
import { toast } from "../toast.js";

const box = document.querySelector("#outbox");
const user = Number(box.dataset.user);
const AGAIN_MS = 30_000;
let isOver = false;

async function show() {
  const items = await list(user);
  const waiting = items.filter(({ state }) => state === "waiting").length;
  const refused = items.length - waiting;
  box.hidden = !items.length;
  const state = isOver && waiting ? "login" : !waiting ? "needed" : navigator.onLine ? "sending" : "offline";
  for (const words of box.querySelectorAll("[data-when]")) {
    words.hidden = words.dataset.when !== state;
    words.querySelector("[data-value]").textContent = state === "needed" ? refused : waiting;
  }
  // One line about the network is enough.
  const offline = document.querySelector("#offline");
  if (offline) offline.hidden = navigator.onLine || Boolean(items.length);
  box.querySelector("ul").replaceChildren(...items.map(row));
}

function row({ key, title, at, state, reason, photos }) {
  const line = document.querySelector("#outbox-item").content.cloneNode(true);
  line.querySelector("[data-title]").textContent = title;
  line.querySelector("[data-time]").textContent = new Date(at).toLocaleTimeString(document.documentElement.lang, {
    hour: "2-digit", minute: "2-digit", hour12: false,
  });
  line.querySelector("[data-reason]").textContent = reason ?? "";
  line.querySelector("[data-photos-said]").hidden = !photos;
  line.querySelector("[data-photos-said] [data-value]").textContent = photos ?? 0;
  for (const part of line.querySelectorAll("[data-state]")) part.hidden = part.dataset.state !== state;
  line.querySelector("[data-drop]").addEventListener("click", () => forget(key));
  return line;
}

async function send() {
  if (navigator.onLine && (await list(user)).some(({ state }) => state === "waiting")) {
    const told = Object.values(await flush(user));
    isOver = told.some(({ state }) => state === "login");
    const arrived = told.filter(({ state }) => state === "delivered");
    if (arrived.length) toast(arrived.map(({ code }) => code).join(" ") + box.dataset.delivered);
  }
  await show();
}

onChange(show);
addEventListener("online", send);
addEventListener("offline", show);
setInterval(send, AGAIN_MS);
send();
