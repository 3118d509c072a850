/* The form of one act: asked about once more where a case ends for somebody outside. */

import { askBefore, openDialogs } from "./dialogs.js";

openDialogs();
const form = document.querySelector("form.act");
const dialog = document.querySelector("#final");
if (form && dialog) askBefore(form, dialog);
document.querySelector(".input--err textarea, .input--err select, .ask--err input")?.focus();
