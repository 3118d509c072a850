/* “What is here”, from the server's answer into the page; every word is already in the page. */

const template = (id) => document.getElementById(id).content.cloneNode(true);
const english = document.documentElement.lang.startsWith("en");

function setName(element, place) {
  element.textContent = (english && place.name_en) || place.name || place.code;
  if (english && !place.name_en) element.lang = "zh-Hans";
}

function person({ name, phone, role }) {
  const row = template("identified-person");
  row.querySelector("[data-initial]").textContent = [...name][0];
  row.querySelector("[data-name]").textContent = name;
  row.querySelector("[data-role]").textContent = role;
  const call = row.querySelector("[data-call]");
  if (!phone) call.remove();
  call.href = `tel:${phone}`;
  call.title = phone;
  call.setAttribute("aria-label", `${call.getAttribute("aria-label")} ${name} ${phone}`);
  return row;
}

function vacant(place) {
  const row = template("identified-vacant");
  for (const word of row.querySelectorAll("[data-when]")) {
    if (word.dataset.when !== place) word.remove();
  }
  return row;
}

function cellPart(cell, seesPeople) {
  const part = template("identified-cell");
  setName(part.querySelector("[data-name]"), cell);
  const number = document.createElement("span");
  number.className = "num pri";
  number.textContent = `${cell.code.slice(-3)} `;
  part.querySelector("[data-name]").prepend(number);
  setName(part.querySelector("[data-areas]"), cell.areas[0]);
  part.querySelector("[data-people]").append(...answering(cell.people, "cell", seesPeople));
  return part;
}

function buildingPart(building, seesPeople) {
  const part = template("identified-building");
  setName(part.querySelector("[data-name]"), building);
  for (const post of building.posts) {
    part.querySelector("[data-people]").append(...answering(post.people, "post", seesPeople));
  }
  return part;
}

function answering(people, place, seesPeople) {
  if (!seesPeople) return [];
  return people.length ? people.map(person) : [vacant(place)];
}

/** The parts to show for an answer of “identify”. */
export function describe({ cells, buildings }, { seesPeople }) {
  return [
    ...cells.map((cell) => cellPart(cell, seesPeople)),
    ...buildings.map((building) => buildingPart(building, seesPeople)),
  ];
}
