/* The link of the list with its filters. */

import { copyLink } from "../copy_link.js";

const button = document.querySelector("[data-action=copy]");
button.hidden = false;
button.addEventListener("click", () => copyLink(button));
