/* A photo of the case large, over the page; without this script its link leads to the picture itself. */

export function openPhotos() {
  const viewer = document.querySelector("#viewer");
  if (!viewer) return;
  const links = [...document.querySelectorAll("[data-photo]")];
  const place = viewer.querySelector("[data-picture]");
  const note = viewer.querySelector("[data-note]");
  let shown = 0;

  function show(number) {
    shown = (number + links.length) % links.length;
    const link = links[shown];
    const image = new Image();
    image.alt = link.querySelector("img").alt;
    image.src = link.href;
    place.replaceChildren(image);
    note.replaceChildren(...link.querySelector("[data-note]").cloneNode(true).childNodes);
  }

  for (const [number, link] of links.entries()) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      show(number);
      viewer.showModal();
    });
  }
  const turns = [...viewer.querySelectorAll("[data-turn]")];
  for (const button of turns) {
    button.hidden = links.length < 2;
    button.addEventListener("click", () => show(shown + Number(button.dataset.turn)));
  }
  viewer.addEventListener("keydown", ({ key }) => {
    if (key === "ArrowLeft") show(shown - 1);
    if (key === "ArrowRight") show(shown + 1);
  });
  // A touch beside the picture closes it.
  viewer.addEventListener("click", ({ target }) => { if (target === viewer || target === place) viewer.close(); });
  viewer.addEventListener("close", () => links[shown].focus());
}
