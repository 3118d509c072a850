/* What was done is said for ten seconds. */

import { watchToasts } from "./toast.js";

watchToasts(document.querySelector("#toasts"));
