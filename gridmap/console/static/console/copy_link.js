/* The link of what is shown, into the clipboard; the button says so for a moment. */

export async function copyLink(button) {
  const words = button.querySelector("span");
  await navigator.clipboard.writeText(location.href);
  const before = words.textContent;
  words.textContent = button.dataset.done;
  setTimeout(() => { words.textContent = before; }, 2000);
}
