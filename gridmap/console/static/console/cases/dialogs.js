/* Dialogs: opened by a link that names them, closed by their own buttons; the focus is held and given back. */

export function openDialogs() {
  for (const opener of document.querySelectorAll("[data-open]")) {
    opener.addEventListener("click", (event) => {
      event.preventDefault();
      document.getElementById(opener.dataset.open).showModal();
    });
  }
  for (const button of document.querySelectorAll("dialog [data-close]")) {
    button.addEventListener("click", () => button.closest("dialog").close());
  }
}

/** Asks with a dialog before a form is sent; resolves when the person is sure. */
export function askBefore(form, dialog) {
  let isSure = false;
  const sure = dialog.querySelector("[data-sure]");
  sure.addEventListener("click", () => { isSure = true; });
  form.addEventListener("submit", (event) => {
    if (isSure) return;
    event.preventDefault();
    // The frame has marked the form as busy: it is not yet.
    form.removeAttribute("aria-busy");
    dialog.showModal();
  });
  dialog.addEventListener("close", () => { isSure = false; });
}
