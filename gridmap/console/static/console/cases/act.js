/* The form of one act: asked about once more where a case ends for somebody outside. */

import { askBefore, openDialogs } from "./dialogs.js";
import { makePhotos } from "./photos.js";

openDialogs();
for (const box of document.querySelectorAll("[data-photos]")) makePhotos(box);
const form = document.querySelector("form.act");
const dialog = document.querySelector("#final");
if (form && dialog) askBefore(form, dialog);
document.querySelector(".input--err textarea, .input--err select, .ask--err input")?.focus();
