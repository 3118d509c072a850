/* Classic and blocking on purpose: the theme must be set before the first paint. */
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const choice = root.dataset.choice;
    const dark = choice === "dark" || (choice !== "light" && system.matches);
    root.dataset.theme = dark ? "dark" : "light";
  };
  apply();
  system.addEventListener("change", apply);
})();
