// What a file is, told without ever holding it: by what it is known again, and the digest of its content.
export const BLOCK = 1024 * 1024;

const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const digest = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

// The same file chosen again after a reload: its name, size, date and beginning are the same.
export async function keyOf(file) {
  const named = JSON.stringify([file.name, file.size, file.lastModified]);
  return hex(await digest(await new Blob([named, file.slice(0, BLOCK)]).arrayBuffer()));
}

// The digest of the digests of its blocks, reckoned as far as the file has been sent.
export class Digests {
  #blocks = [];

  constructor(file) {
    this.file = file;
  }

  // Rejects where the file cannot be read any more.
  async upTo(end, told = () => {}) {
    const wanted = end === this.file.size ? Math.ceil(end / BLOCK) : Math.floor(end / BLOCK);
    while (this.#blocks.length < wanted) {
      const at = this.#blocks.length * BLOCK;
      this.#blocks.push(await digest(await this.file.slice(at, at + BLOCK).arrayBuffer()));
      told(at);
    }
  }

  async whole() {
    await this.upTo(this.file.size);
    return hex(await digest(await new Blob(this.#blocks).arrayBuffer()));
  }
}
