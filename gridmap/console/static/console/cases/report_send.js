/* Sending a report: at once where there is a network, else kept until there is one; never twice. */

import { Full, Unsafe, delivered, flush, forget, keep, post } from "./outbox.js";

/* What may not lie in a phone that can be lost; and what is fresh with each try. */
const NOT_KEPT = /^(party-|csrfmiddlewaretoken$)/;

export function makeSender(form, { title }) {
  const words = document.querySelector("#report-words").content;
  const problems = form.querySelector("#problems");
  const user = Number(form.dataset.user);

  async function send(data) {
    const key = data.get("key");
    const named = [...data].some(([name, value]) => /^party-\d+-name$/.test(name) && value.trim());
    if (named) return answer(await post(form.action, data), { isKept: false, named });
    const kept = [...data].filter(([name]) => !NOT_KEPT.test(name));
    const fields = kept.filter(([, value]) => typeof value === "string");
    // An input without a file sends one without a byte.
    const files = kept.map(([, value]) => value).filter((value) => value instanceof File && value.size);
    // The rows of parties are empty, but the server wants to hear that there are none.
    fields.push(["party-TOTAL_FORMS", "0"], ["party-INITIAL_FORMS", "0"]);
    try {
      await keep({ key, user, title: title(), address: form.action, fields, files });
    } catch (error) {
      if (error instanceof Full) return say("full");
      return answer(await post(form.action, data), { isKept: false, isUnsafe: error instanceof Unsafe });
    }
    const told = (await flush(user, key))[key];
    const known = told ?? ((await delivered(key)) ? { state: "delivered", ...(await delivered(key)) } : { state: "waiting" });
    return answer(known, { isKept: true, key });
  }

  async function answer({ state, receipt, errors }, { isKept, named, isUnsafe, key }) {
    if (state === "delivered") return location.assign(receipt);
    if (state === "refused") {
      // It is mended here, and sent anew.
      if (isKept) await forget(key);
      return showErrors(errors);
    }
    if (isKept) return showKept();
    if (navigator.onLine) return say("unsent");
    return say(named ? "parties" : isUnsafe ? "unsafe" : "unsent");
  }

  function showKept() {
    form.hidden = true;
    const kept = document.querySelector("#kept");
    kept.hidden = false;
    kept.focus();
  }

  function showErrors(errors) {
    clearErrors();
    const loose = [];
    for (const [name, texts] of Object.entries(errors)) {
      const input = form.elements[name];
      const box = input?.closest?.(".input, .pick");
      if (box) box.after(errorLine(box, texts));
      else loose.push(...texts);
      input?.closest?.("details")?.setAttribute("open", "");
    }
    say("errors", loose);
    form.querySelector(".input--err textarea, .input--err input[name]")?.focus();
  }

  function errorLine(box, texts) {
    const line = document.createElement("p");
    const input = box.querySelector("input[name], textarea, select");
    line.className = "err";
    line.id = `${input.id}_error`;
    line.textContent = texts.join(" ");
    box.classList.add("input--err");
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", line.id);
    return line;
  }

  /* Asked again where it is missing, before anything is sent. */
  function lacksResolution() {
    const field = form.elements.resolution;
    if (field.value.trim()) return false;
    clearErrors();
    const box = field.closest(".input");
    box.after(errorLine(box, [words.querySelector("[data-word=resolution]").textContent]));
    field.focus();
    return true;
  }

  function clearErrors() {
    for (const line of form.querySelectorAll(".err")) line.remove();
    for (const box of form.querySelectorAll(".input--err")) box.classList.remove("input--err");
    for (const input of form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
  }

  function say(word, more = []) {
    problems.hidden = false;
    problems.querySelector("span").textContent = [words.querySelector(`[data-word=${word}]`).textContent, ...more].join(" ");
    document.querySelector("#main").scrollTo(0, 0);
  }

  let isBusy = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    // One finger that taps twice sends once.
    if (isBusy) return;
    const settles = Boolean(event.submitter?.matches("[data-settle]"));
    if (settles && lacksResolution()) return form.removeAttribute("aria-busy");
    isBusy = true;
    form.elements.settle.value = settles ? "on" : "";
    problems.hidden = true;
    try {
      form.querySelector("dialog[open]")?.close();
      await send(new FormData(form));
    } finally {
      isBusy = false;
      form.removeAttribute("aria-busy");
    }
  });
}
