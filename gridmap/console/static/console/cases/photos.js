/*
 * Photos that are chosen or taken: made small here, seen before they are sent, and taken out again.
 *
 * What is to be sent always stands in the file input of the form itself, so that it goes whichever way the
 * form is sent. A phone's photo of 5 MB leaves as half a MB, without the place that the camera wrote into it.
 */

import { toast } from "../toast.js";

/* As the server keeps them. */
const LONGEST = 2048;
const QUALITY = 0.86;
const PREVIEW = 160;
const MB = 1e6;

/** Not a picture that this browser can read. */
class Unreadable extends Error {}

export function makePhotos(box) {
  const input = box.querySelector("input[name]");
  const list = box.querySelector(".photos__list");
  const camera = box.querySelector(".photos__take");
  const words = box.dataset;
  const most = Number(words.most);
  let chosen = [];
  let refused = [];
  let working = null;

  async function add(files) {
    refused = [];
    const room = most - chosen.length;
    if (files.length > room) refuse("many", { count: most });
    for (const file of files.slice(0, room)) {
      try {
        chosen.push(await drawn(file));
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
        refuse("format", {}, file.name);
      }
    }
    show();
  }

  function refuse(word, values, name = "") {
    refused.push([name, filled(words[word], values)].filter(Boolean).join(" · "));
  }

  /* The list, the input and what is said of them are the same at any time. */
  function show() {
    const sent = new DataTransfer();
    for (const { file } of chosen) sent.items.add(file);
    input.files = sent.files;
    list.replaceChildren(...chosen.map(row));
    const bytes = chosen.reduce((sum, { file }) => sum + file.size, 0);
    const isFull = chosen.length >= most;
    for (const part of box.querySelectorAll(".photos__add")) part.hidden = isFull;
    box.querySelector("[data-said]").textContent = chosen.length ? filled(words.told, { count: chosen.length, size: inMb(bytes) }) : "";
    complain();
  }

  function row({ file, preview }, place) {
    const line = document.createElement("li");
    const button = document.createElement("button");
    const number = place + 1;
    line.className = "photos__one";
    preview.setAttribute("role", "img");
    preview.setAttribute("aria-label", filled(words.one, { number, size: inMb(file.size) }));
    button.type = "button";
    button.setAttribute("aria-label", filled(words.remove, { number }));
    button.title = button.getAttribute("aria-label");
    button.innerHTML = '<svg class="i i16" aria-hidden="true"><use href="#i-x"/></svg>';
    button.addEventListener("click", () => remove(place));
    line.append(preview, button);
    return line;
  }

  /* A photo that was taken here may be nowhere else. */
  function remove(place) {
    const [gone] = chosen.splice(place, 1);
    refused = [];
    show();
    (list.children[place]?.querySelector("button") ?? input).focus();
    toast(words.removed, { label: words.undo, run: () => { chosen.splice(place, 0, gone); show(); } });
  }

  function complain() {
    for (const line of [...box.querySelectorAll(".err"), ...errorsAfter(box)]) line.remove();
    box.classList.toggle("input--err", refused.length > 0);
    input.removeAttribute("aria-invalid");
    input.setAttribute("aria-describedby", `${input.id}_most`);
    if (!refused.length) return;
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", `${input.id}_most ${input.id}_error`);
    const line = document.createElement("p");
    line.className = "err";
    line.id = `${input.id}_error`;
    line.setAttribute("role", "alert");
    line.textContent = refused.join(" ");
    box.append(line);
  }

  function take({ target }) {
    const files = [...target.files];
    if (!files.length) return show();
    if (target !== input) target.value = "";
    box.setAttribute("aria-busy", "true");
    const mine = (working ?? Promise.resolve()).then(() => add(files)).finally(() => {
      if (working !== mine) return;
      working = null;
      box.removeAttribute("aria-busy");
    });
    working = mine;
    return mine;
  }

  /* What is still being made small is waited for, whichever way the form is sent. */
  function wait(event) {
    if (!working) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    working.then(() => input.form.requestSubmit(event.submitter));
  }

  if (!globalThis.createImageBitmap || !globalThis.DataTransfer) return;
  box.dataset.ready = "ready";
  camera.hidden = false;
  for (const one of [input, camera.querySelector("input")]) one.addEventListener("change", take);
  input.form.addEventListener("submit", wait, { capture: true });
  // A page that the browser kept comes back with what its input held.
  if (input.files.length) take({ target: input });
}

function* errorsAfter(box) {
  for (let next = box.nextElementSibling; next?.matches(".err"); next = next.nextElementSibling) yield next;
}

/** The photo in its own size or smaller, and a square of it. */
async function drawn(file) {
  const image = await createImageBitmap(file).catch(() => { throw new Unreadable(); });
  const scale = Math.min(1, LONGEST / Math.max(image.width, image.height));
  const whole = canvas(Math.max(1, Math.round(image.width * scale)), Math.max(1, Math.round(image.height * scale)));
  const context = whole.getContext("2d");
  context.fillStyle = "#FFFFFF";
  context.fillRect(0, 0, whole.width, whole.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, whole.width, whole.height);
  image.close();
  const blob = await new Promise((resolve) => { whole.toBlob(resolve, "image/jpeg", QUALITY); });
  if (!blob) throw new Unreadable();
  const name = `${file.name.replace(/\.\w+$/, "") || "photo"}.jpg`;
  return { file: new File([blob], name, { type: "image/jpeg" }), preview: square(whole) };
}

function square(whole) {
  const preview = canvas(PREVIEW, PREVIEW);
  const side = Math.min(whole.width, whole.height);
  const [x, y] = [(whole.width - side) / 2, (whole.height - side) / 2];
  preview.getContext("2d").drawImage(whole, x, y, side, side, 0, 0, PREVIEW, PREVIEW);
  return preview;
}

function canvas(width, height) {
  return Object.assign(document.createElement("canvas"), { width, height });
}

const inMb = (bytes) => Math.max(0.1, bytes / MB).toFixed(1);
const filled = (text, values) => text.replace(/{(\w+)}/g, (_, name) => values[name]);
