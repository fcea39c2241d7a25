// A file in parts: a cut connection costs the part that was on its way, not what had come through.
import { ask, send } from "./transport.js";

const LEAST_BYTES = 64 * 1024;
const MOST_BYTES = 1024 * 1024;
const BRISK_MS = 2000;

// Parts grow while the network is quick, since each costs an answer, and shrink where it breaks off.
export function nextSize(now, { status }, took_ms, most = MOST_BYTES) {
  if (status === 0) return Math.max(LEAST_BYTES, now / 2);
  return took_ms < BRISK_MS ? Math.min(most, now * 2) : now;
}

export class Parts {
  #size = 4 * LEAST_BYTES;

  constructor(type, most = MOST_BYTES) {
    this.type = type;
    this.most = most;
  }

  // Nothing where the file is there now, else the answer that stopped it.
  //
  // `asking` is the address that tells how much is there, `address` gives the one that a part goes to by
  // where it ends; an answer that holds a token replaces the one given.
  async bring(blob, { asking, address = () => asking, token, told = () => {}, signal }) {
    let answer = await ask(asking, { signal });
    let at = -1;
    const fresh = answer.body.token ?? token;
    // an answer that got lost leaves the server further on than this page knows: it says how far
    while (answer.body.here === false && answer.body.have > at) {
      at = answer.body.have;
      told(at);
      answer = await this.#part(blob, at, address, fresh, signal);
    }
    return answer.body.here ? null : answer;
  }

  async #part(blob, have, address, token, signal) {
    // a server that died with everything on its disk is asked to go on by the last byte
    const at = Math.min(have, blob.size - 1);
    const end = Math.min(at + this.#size, blob.size);
    const path = await address(end);
    const begun = performance.now();
    const range = { "Content-Range": `bytes ${at}-${end - 1}/${blob.size}` };
    const answer = await send(path, "PUT", blob.slice(at, end), token, this.type, range, signal);
    this.#size = nextSize(this.#size, answer, performance.now() - begun, this.most);
    return answer;
  }
}
