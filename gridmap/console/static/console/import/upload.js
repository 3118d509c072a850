/* The upload form: say at once what the server would refuse, and that it is being sent. */

const one = (selector) => document.querySelector(selector);
const form = one(".imp__form");
const file = one("input[type=file]");
const other = one("input[name=crs][value=other]");

/* The number belongs to the last choice only. */
function showNumber() {
  one("#epsg-part").hidden = !other.checked;
}

function refuse(reason) {
  const error = one("#file-error");
  error.hidden = !reason;
  error.querySelector("span").textContent = reason;
  one("#drop").classList.toggle("drop--err", Boolean(reason));
}

function showName() {
  one("#file-name").textContent = file.files[0]?.name ?? "";
}

function checkSize() {
  showName();
  const isTooLarge = file.files[0]?.size > Number(form.dataset.limit);
  refuse(isTooLarge ? JSON.parse(one("#too-large").textContent) : "");
  return !isTooLarge;
}

function takeDrops(drop) {
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("drop--over");
    });
  }
  for (const name of ["dragleave", "drop"]) {
    drop.addEventListener(name, () => drop.classList.remove("drop--over"));
  }
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    file.files = event.dataTransfer.files;
    checkSize();
  });
}

if (file) {
  file.addEventListener("change", checkSize);
  takeDrops(one("#drop"));
}

form.addEventListener("change", showNumber);
form.addEventListener("submit", (event) => {
  if (file && !checkSize()) {
    event.preventDefault();
    form.removeAttribute("aria-busy");
    file.focus();
    return;
  }
  const sending = one("#sending");
  if (sending) sending.hidden = false;
  // A second press would send a second file.
  form.querySelector("button.btn--pri").disabled = true;
});
addEventListener("pageshow", () => { form.querySelector("button.btn--pri").disabled = false; });

showNumber();
one("#errors")?.focus();
