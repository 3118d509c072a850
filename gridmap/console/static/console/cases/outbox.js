/*
 * Reports that wait to be sent: kept in the browser, encrypted, until the server has confirmed them.
 *
 * An item is sent under the key that was drawn for it once, so that the server takes it once however
 * often it comes; it is forgotten here only after a reply that says so. One tab sends at a time. Names and
 * numbers of parties are never among what is kept. Photos lie beside the items, and go with them.
 */

const LOCK = "outbox";
const NAME = "gridmap-outbox";
const STORES = { items: "key", photos: "key", done: "key", keys: "name" };
const VERSION = 2;
const MOST = 50;
const PATIENCE_MS = 30_000;
/* A weak network carries so many bytes in a millisecond. */
const SLOWEST = 20;
const KEPT_DONE_MS = 24 * 3600 * 1000;

/** Nothing is kept where it cannot be encrypted. */
export class Unsafe extends Error {}

/** So many wait already that the phone should first be brought to a network. */
export class Full extends Error {}

/* Storage */

let opened = null;

function database() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, VERSION);
    asked.onupgradeneeded = () => {
      for (const [name, keyPath] of Object.entries(STORES)) {
        if (!asked.result.objectStoreNames.contains(name)) asked.result.createObjectStore(name, { keyPath });
      }
    };
    asked.onsuccess = () => {
      // A later version of the page may want to change the stores.
      asked.result.onversionchange = () => { asked.result.close(); opened = null; };
      resolve(asked.result);
    };
    asked.onerror = () => reject(asked.error);
    // A page of an earlier version holds the stores; what is sent at once needs none.
    asked.onblocked = () => { opened = null; reject(new Unsafe()); };
  });
  return opened;
}

async function within(stores, mode, act) {
  const db = await database();
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(stores, mode, { durability: "strict" });
    const asked = act(...[stores].flat().map((name) => transaction.objectStore(name)));
    // Not before it is on the disk.
    transaction.oncomplete = () => resolve(asked?.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

const put = (store, value) => within(store, "readwrite", (rows) => rows.put(value));
const get = (store, key) => within(store, "readonly", (rows) => rows.get(key));
const all = (store) => within(store, "readonly", (rows) => rows.getAll());

/* An item and its photos come and go together. */
const WHOLE = ["items", "photos"];
const drop = (key) => within(WHOLE, "readwrite", (...stores) => { for (const rows of stores) rows.delete(key); });

/* Encryption: the key is made here and cannot be taken out of this browser. */

async function secret() {
  const known = await get("keys", "secret");
  if (known) return known.value;
  const value = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  await put("keys", { name: "secret", value });
  return value;
}

async function encrypted(bytes) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { iv, bytes: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await secret(), bytes) };
}

async function decrypted({ iv, bytes }) {
  return crypto.subtle.decrypt({ name: "AES-GCM", iv }, await secret(), bytes);
}

const sealedText = (value) => encrypted(new TextEncoder().encode(JSON.stringify(value)));
const openedText = async (sealed) => JSON.parse(new TextDecoder().decode(await decrypted(sealed)));
const sealedFile = async (file) => encrypted(await file.arrayBuffer());
const openedFile = async (sealed, place) => new File([await decrypted(sealed)], `${place + 1}.jpg`);

/* The box */

/** Keeps a report: `fields` are [name, value] pairs of its form, `files` its photos; `title` is shown while it waits. */
export async function keep({ key, user, title, address, fields, files }) {
  if (!globalThis.crypto?.subtle || !globalThis.indexedDB || !navigator.locks) throw new Unsafe();
  if ((await all("items")).length >= MOST) throw new Full();
  const item = { key, user, title, at: Date.now(), state: "waiting", photos: files.length, sealed: await sealedText({ address, fields }) };
  const photos = { key, sealed: await Promise.all(files.map(sealedFile)) };
  await within(WHOLE, "readwrite", (items, beside) => { beside.put(photos); items.put(item); });
  changed();
}

/** What waits or was refused for a person, the oldest first. */
export async function list(user) {
  if (!globalThis.indexedDB) return [];
  const items = (await all("items")).filter((item) => item.user === user);
  return items.sort((one, other) => one.at - other.at);
}

export async function forget(key) {
  await drop(key);
  changed();
}

/** How the report of a key ended, if it has been delivered from this browser. */
export const delivered = (key) => get("done", key);

/**
 * Sends what waits for a person, one tab at a time; tells what became of each: delivered, refused,
 * login (the session is over) or waiting. With `key`, of that report only.
 */
export async function flush(user, key) {
  if (!navigator.locks || !globalThis.indexedDB) return {};
  return navigator.locks.request(LOCK, async () => {
    const told = {};
    await forgetOld();
    for (const item of await list(user)) {
      if (item.state !== "waiting" || (key && item.key !== key)) continue;
      told[item.key] = await sendOne(item);
      // Where one finds no server, the others would not either.
      if (["login", "waiting"].includes(told[item.key].state)) break;
    }
    return told;
  });
}

async function sendOne(item) {
  const { address, fields } = await openedText(item.sealed);
  const body = new FormData();
  for (const [name, value] of fields) body.append(name, value);
  for (const photo of await photosOf(item.key)) body.append("photos", photo);
  const answer = await post(address, body);
  if (answer.state === "delivered") {
    await put("done", { key: item.key, at: Date.now(), code: answer.code, receipt: answer.receipt });
    await drop(item.key);
  }
  if (answer.state === "refused") await put("items", { ...item, state: "refused", reason: reasonOf(answer.errors) });
  if (answer.state !== "waiting") changed();
  return answer;
}

async function photosOf(key) {
  const beside = await get("photos", key);
  return Promise.all((beside?.sealed ?? []).map(openedFile));
}

async function forgetOld() {
  for (const { key, at } of await all("done")) {
    if (at < Date.now() - KEPT_DONE_MS) await within("done", "readwrite", (rows) => rows.delete(key));
  }
}

function reasonOf(errors) {
  return Object.values(errors).flat().join(" ");
}

/** Sends a form and says what became of it; only a reply that names the report counts as one. */
export async function post(address, body) {
  body.set("csrfmiddlewaretoken", token());
  const bytes = [...body.values()].reduce((sum, value) => sum + (value.size ?? 0), 0);
  let reply;
  try {
    reply = await fetch(address, {
      method: "POST", body, redirect: "manual", headers: { Accept: "application/json" },
      signal: AbortSignal.timeout(PATIENCE_MS + bytes / SLOWEST),
    });
  } catch {
    return { state: "waiting" };
  }
  if (reply.type === "opaqueredirect" || reply.status === 403) return { state: "login" };
  const said = await reply.json().catch(() => ({}));
  if (reply.ok && said.receipt && said.code) return { state: "delivered", ...said };
  if ([409, 413, 422].includes(reply.status) && said.errors) return { state: "refused", errors: said.errors };
  return { state: "waiting" };
}

/* The token of now: that of the page may be of a session that is over. */
function token() {
  const [, cookie] = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/) ?? [];
  return cookie ?? document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
}

/* Other tabs hear of it, and this one. */
const channel = globalThis.BroadcastChannel ? new BroadcastChannel(LOCK) : null;

function changed() {
  channel?.postMessage("changed");
  dispatchEvent(new Event("outbox"));
}

export function onChange(act) {
  addEventListener("outbox", act);
  channel?.addEventListener("message", act);
}
