// One photograph in parts: a cut connection costs the part that was on its way, not what had come through.
import { withBytes } from "./bytes.js";
import { ask, send } from "./transport.js";

export const SEALED = "application/x-evidence-sealed";
const LEAST_BYTES = 64 * 1024;
const MOST_BYTES = 1024 * 1024;
const BRISK_MS = 2000;
let size = 4 * LEAST_BYTES;

// Parts grow while the network is quick, since each costs an answer, and shrink where it breaks off.
export function nextSize(now, { status }, took_ms) {
  if (status === 0) return Math.max(LEAST_BYTES, now / 2);
  return took_ms < BRISK_MS ? Math.min(MOST_BYTES, now * 2) : now;
}

// Which sealing of the photograph this is: the public key at its head was made for it alone.
const sealingOf = (blob) => withBytes(blob.slice(1, 17), (bytes) =>
  [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join(""));

async function part(path, blob, have, token) {
  // a server that died with everything on its disk is asked to go on by the last byte
  const at = Math.min(have, blob.size - 1);
  const end = Math.min(at + size, blob.size);
  const begun = performance.now();
  const range = { "Content-Range": `bytes ${at}-${end - 1}/${blob.size}` };
  const answer = await send(path, "PUT", blob.slice(at, end), token, SEALED, range);
  size = nextSize(size, answer, performance.now() - begun);
  return answer;
}

// Nothing where the photograph is there now, else the answer that stopped it.
export async function bring(digest, blob, token) {
  const path = `/site/photographs/${digest}/?sealing=${await sealingOf(blob)}`;
  let answer = await ask(path);
  let at = -1;
  // an answer that got lost leaves the server further on than this page knows: it says how far
  while (answer.body.here === false && answer.body.have > at) {
    at = answer.body.have;
    answer = await part(path, blob, at, token);
  }
  return answer.body.here ? null : answer;
}
