// Keys: drafts lie on the device under a key that the PIN opens, finished work under the server's public key alone.
import { dropped } from "./bytes.js";

const ROUNDS = 600_000;
const AES = "AES-GCM";
const IV_BYTES = 12;
const CURVE = { name: "ECDH", namedCurve: "P-256" };
const INFO = new TextEncoder().encode("evidence-site 1");

const random = (count) => crypto.getRandomValues(new Uint8Array(count));

async function keyOfPin(pin, salt) {
  const material = await crypto.subtle.importKey("raw", new TextEncoder().encode(pin), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", salt, iterations: ROUNDS, hash: "SHA-256" };
  return crypto.subtle.deriveKey(how, material, { name: AES, length: 256 }, false, ["wrapKey", "unwrapKey"]);
}

// What is kept of a new key: nobody gets at it without the PIN, the page itself never sees its bytes again.
export async function newLock(pin) {
  const [salt, iv] = [random(16), random(IV_BYTES)];
  const key = await crypto.subtle.generateKey({ name: AES, length: 256 }, true, ["encrypt", "decrypt"]);
  const wrapped = await crypto.subtle.wrapKey("raw", key, await keyOfPin(pin, salt), { name: AES, iv });
  return { salt, iv, wrapped };
}

// Throws where the PIN is another.
export async function openLock(pin, { salt, iv, wrapped }) {
  const opener = await keyOfPin(pin, salt);
  return crypto.subtle.unwrapKey("raw", wrapped, opener, { name: AES, iv }, AES, false, ["encrypt", "decrypt"]);
}

export async function closed(key, data) {
  const iv = random(IV_BYTES);
  return { iv, data: await crypto.subtle.encrypt({ name: AES, iv }, key, data) };
}

export const opened = (key, { iv, data }) => crypto.subtle.decrypt({ name: AES, iv }, key, data);

// ECIES: a key pair for this once, its public half before the bytes; only the server can agree on the same secret.
export async function sealed(serverKey, data) {
  const raw = Uint8Array.from(atob(serverKey), (letter) => letter.charCodeAt(0));
  const server = await crypto.subtle.importKey("raw", raw, CURVE, false, []);
  const once = await crypto.subtle.generateKey(CURVE, true, ["deriveBits"]);
  const own = new Uint8Array(await crypto.subtle.exportKey("raw", once.publicKey));
  const secret = await crypto.subtle.deriveBits({ name: "ECDH", public: server }, once.privateKey, 256);
  const material = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: own, info: INFO };
  const key = await crypto.subtle.deriveKey(how, material, { name: AES, length: 256 }, false, ["encrypt"]);
  const iv = random(IV_BYTES);
  const hidden = await crypto.subtle.encrypt({ name: AES, iv }, key, data);
  const message = new Blob([own, iv, hidden]);
  dropped(hidden);
  return message;
}
