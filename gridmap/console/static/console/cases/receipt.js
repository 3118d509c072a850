/* The receipt: for ten seconds the report can be taken back; the clock stands while the button is looked at. */

import { countDown } from "../toast.js";

const form = document.querySelector("#withdraw");
if (form) {
  form.hidden = false;
  countDown(form, 10, (left) => {
    form.querySelector("[data-seconds]").textContent = left;
    if (!left) form.hidden = true;
  });
}
