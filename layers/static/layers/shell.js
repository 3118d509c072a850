/* What every page does: menus that close, forms that say they are busy, the network's state. */

const menus = () => document.querySelectorAll("details.menu[open]");

document.addEventListener("click", (event) => {
  for (const menu of menus()) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
    event.stopImmediatePropagation();
  }
}, true);

document.addEventListener("submit", (event) => {
  event.target.setAttribute("aria-busy", "true");
});

for (const button of document.querySelectorAll("[data-reveal]")) {
  const field = document.getElementById(button.dataset.reveal);
  button.addEventListener("click", () => {
    const isShown = field.type === "password";
    field.type = isShown ? "text" : "password";
    button.setAttribute("aria-pressed", String(isShown));
  });
}

// Where the bar of a phone is pushed sideways, it begins with the place that one is in.
document.querySelector(".rail__link[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// A form that came back opens at what is to be mended.
document.querySelector(".input--err input")?.focus();

const offline = document.getElementById("offline");
if (offline) {
  const show = () => { offline.hidden = navigator.onLine; };
  addEventListener("online", show);
  addEventListener("offline", show);
  show();
}
