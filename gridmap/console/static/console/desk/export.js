/* A file that takes its time: after two seconds the page says what happens, and when it is there. */

const SHOWN_AFTER = 2;
const form = document.getElementById("export");
const said = document.getElementById("export-said");
const bar = document.getElementById("export-bar");

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  take();
});

async function take() {
  const button = form.querySelector("button");
  let seconds = 0;
  said.textContent = "";
  button.disabled = true;
  const clock = setInterval(() => {
    seconds += 1;
    if (seconds < SHOWN_AFTER) return;
    bar.hidden = false;
    said.textContent = said.dataset.atWork.replace("{seconds}", seconds);
  }, 1000);
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
    const name = nameOf(answer);
    // What is refused is shown by the server itself.
    if (!name) form.submit();
    else save(await answer.blob(), name);
  } catch {
    said.textContent = said.dataset.failed;
  } finally {
    clearInterval(clock);
    button.disabled = false;
    bar.hidden = true;
  }
}

/** The name in the header, also one in Chinese; none where no file came. */
function nameOf(answer) {
  const header = answer.headers.get("Content-Disposition") ?? "";
  const coded = header.match(/filename\*=utf-8''([^;]+)/i);
  return coded ? decodeURIComponent(coded[1]) : header.match(/filename="([^"]+)"/)?.[1];
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  said.textContent = said.dataset.done.replace("{name}", name).replace("{size}", (blob.size / 1_000_000).toFixed(1));
}
