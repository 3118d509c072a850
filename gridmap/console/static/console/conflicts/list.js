/* The link of the list with its filters. */

import { toast } from "../toast.js";

const button = document.querySelector("[data-action=copy]");
button.hidden = false;
button.addEventListener("click", async () => {
  await navigator.clipboard.writeText(location.href);
  toast(button.dataset.done);
});
