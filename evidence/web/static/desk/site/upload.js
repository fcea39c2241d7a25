// One photograph in parts, sealed as it lies on the telephone.
import { withBytes } from "./bytes.js";
import { Parts } from "./parts.js";

export const SEALED = "application/x-evidence-sealed";
const parts = new Parts(SEALED);

// Which sealing of the photograph this is: the public key at its head was made for it alone.
const sealingOf = (blob) => withBytes(blob.slice(1, 17), (bytes) =>
  [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join(""));

// Nothing where the photograph is there now, else the answer that stopped it.
export async function bring(digest, blob, token) {
  const asking = `/site/photographs/${digest}/?sealing=${await sealingOf(blob)}`;
  return parts.bring(blob, { asking, token });
}
