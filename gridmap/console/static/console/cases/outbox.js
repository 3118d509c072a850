/*
 * Reports that wait to be sent: kept in the browser, encrypted, until the server has confirmed them.
 *
 * An item is sent under the key that was drawn for it once, so that the server takes it once however
 * often it comes; it is forgotten here only after a reply that says so. One tab sends at a time. Names and
 * numbers of parties are never among what is kept.
 */

const LOCK = "outbox";
const NAME = "gridmap-outbox";
const STORES = { items: "key", done: "key", keys: "name" };
const MOST = 50;
const PATIENCE_MS = 30_000;
const KEPT_DONE_MS = 24 * 3600 * 1000;

/** Nothing is kept where it cannot be encrypted. */
export class Unsafe extends Error {}

/** So many wait already that the phone should first be brought to a network. */
export class Full extends Error {}

/* Storage */

let opened = null;

function database() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      for (const [name, keyPath] of Object.entries(STORES)) asked.result.createObjectStore(name, { keyPath });
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  return opened;
}

async function within(store, mode, act) {
  const db = await database();
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(store, mode, { durability: "strict" });
    const asked = act(transaction.objectStore(store));
    // Not before it is on the disk.
    transaction.oncomplete = () => resolve(asked?.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

const put = (store, value) => within(store, "readwrite", (rows) => rows.put(value));
const get = (store, key) => within(store, "readonly", (rows) => rows.get(key));
const all = (store) => within(store, "readonly", (rows) => rows.getAll());
const drop = (store, key) => within(store, "readwrite", (rows) => rows.delete(key));

/* Encryption: the key is made here and cannot be taken out of this browser. */

async function secret() {
  const known = await get("keys", "secret");
  if (known) return known.value;
  const value = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  await put("keys", { name: "secret", value });
  return value;
}

async function encrypted(value) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const text = new TextEncoder().encode(JSON.stringify(value));
  return { iv, bytes: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await secret(), text) };
}

async function decrypted({ iv, bytes }) {
  const text = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, await secret(), bytes);
  return JSON.parse(new TextDecoder().decode(text));
}

/* The box */

/** Keeps a report: `fields` are [name, value] pairs of its form; `title` is shown while it waits. */
export async function keep({ key, user, title, address, fields }) {
  if (!globalThis.crypto?.subtle || !globalThis.indexedDB || !navigator.locks) throw new Unsafe();
  if ((await all("items")).length >= MOST) throw new Full();
  await put("items", { key, user, title, at: Date.now(), state: "waiting", sealed: await encrypted({ address, fields }) });
  changed();
}

/** What waits or was refused for a person, the oldest first. */
export async function list(user) {
  if (!globalThis.indexedDB) return [];
  const items = (await all("items")).filter((item) => item.user === user);
  return items.sort((one, other) => one.at - other.at);
}

export async function forget(key) {
  await drop("items", key);
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
  const { address, fields } = await decrypted(item.sealed);
  const body = new FormData();
  for (const [name, value] of fields) body.append(name, value);
  const answer = await post(address, body);
  if (answer.state === "delivered") {
    await put("done", { key: item.key, at: Date.now(), code: answer.code, receipt: answer.receipt });
    await drop("items", item.key);
  }
  if (answer.state === "refused") await put("items", { ...item, state: "refused", reason: reasonOf(answer.errors) });
  if (answer.state !== "waiting") changed();
  return answer;
}

async function forgetOld() {
  for (const { key, at } of await all("done")) {
    if (at < Date.now() - KEPT_DONE_MS) await drop("done", key);
  }
}

function reasonOf(errors) {
  return Object.values(errors).flat().join(" ");
}

/** Sends a form and says what became of it; only a reply that names the report counts as one. */
export async function post(address, body) {
  body.set("csrfmiddlewaretoken", token());
  let reply;
  try {
    reply = await fetch(address, {
      method: "POST", body, redirect: "manual", headers: { Accept: "application/json" }, signal: AbortSignal.timeout(PATIENCE_MS),
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
