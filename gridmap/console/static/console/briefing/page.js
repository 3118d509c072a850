/* The briefing on paper. */

for (const element of document.querySelectorAll("[data-with-script]")) element.hidden = false;
document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-action=print]")) window.print();
});
