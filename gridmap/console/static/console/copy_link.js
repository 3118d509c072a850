/* The link of what is shown, into the clipboard. */

import { toast } from "./toast.js";

export async function copyLink(button) {
  await navigator.clipboard.writeText(location.href);
  toast(button.dataset.done);
}
