/* A form that keeps the state of the page sends the address as it stands now, not as it was loaded. */

document.addEventListener("submit", ({ target }) => {
  if (target.matches("form[data-of-address]")) target.elements.query.value = location.search.slice(1);
}, { capture: true });
