// Files go to the inbox in parts, one after the other; what a cut line or a closed page stopped goes on from there.
import { Parts } from "./site/parts.js";
import { Digests, keyOf } from "./whole.js";

const MOST_BYTES = 2 * 1024 * 1024;
const NO_LINE = new Set([0, 502, 503, 504]);
const TRIES = 5;
const REST_MS = 1000;
const ACTIVE = new Set(["waiting", "sending", "cut"]);
const section = document.getElementById("uploads");
const parts = new Parts("application/octet-stream", MOST_BYTES);
const queue = [];
let busy = false;

class UnreadableError extends Error {}

// One chosen file and its line on the page.
class Upload {
  constructor(file) {
    this.file = file;
    this.digests = new Digests(file);
    this.sending = crypto.randomUUID();
    this.have = 0;
    this.line = section.querySelector("template").content.firstElementChild.cloneNode(true);
    this.progress = this.line.querySelector("progress");
    this.status = this.line.querySelector("[role=status]");
    this.words = new Map([...this.status.children].map((words) => [words.dataset.when, words]));
    this.line.querySelector("[data-name]").textContent = file.name;
    this.progress.setAttribute("aria-label", file.name);
    for (const button of this.line.querySelectorAll("button")) button.setAttribute("aria-label", `${button.textContent.trim()}：${file.name}`);
    this.line.querySelector("[data-cancel]").addEventListener("click", () => this.cancel());
    this.line.querySelector("[data-again]").addEventListener("click", () => enqueue(this));
    section.querySelector("ul").append(this.line);
    section.hidden = false;
  }

  show(state, why = "") {
    this.state = state;
    const words = this.words.get(state).cloneNode(true);
    words.append(why);
    this.status.replaceChildren(words);
    for (const [name, shown] of [["cancel", ACTIVE.has(state) || state === "failed"], ["again", state === "failed" || state === "dropped"]]) {
      const button = this.line.querySelector(`[data-${name}]`);
      if (!shown && button === document.activeElement) this.line.focus();
      button.hidden = !shown;
    }
  }

  // The last hundredth is the server's: it compares the whole.
  told(have) {
    this.have = have;
    this.percent(have === this.file.size ? 99 : Math.floor((99 * have) / this.file.size));
  }

  percent(value) {
    this.progress.value = value;
    this.line.querySelector("[data-percent]").textContent = `${value}%`;
  }

  async cancel() {
    this.show("dropped");
    this.stop?.abort();
    if (!this.path) return;
    const asked = await fetch(this.path).then((answer) => answer.json()).catch(() => ({}));
    await fetch(this.path, { method: "DELETE", headers: { "X-CSRFToken": asked.token ?? "" } }).catch(() => null);
    this.have = 0;
    this.percent(0);
  }

  address(digest) {
    const asked = { name: this.file.name, sending: this.sending, digest };
    return `${this.path}?${new URLSearchParams(asked)}`;
  }
}

// Whoever gives up a file while it is read or waits learns nothing more of it.
async function read(work) {
  try {
    return await work();
  } catch {
    throw new UnreadableError();
  }
}

async function bring(upload) {
  const { file, digests } = upload;
  upload.stop = new AbortController();
  const { signal } = upload.stop;
  upload.path = `${section.dataset.address}${await read(() => keyOf(file))}/`;
  section.ownerDocument.querySelector(`[data-begun="${upload.path}"]`)?.remove();
  const address = async (end) => {
    await read(() => digests.upTo(end));
    return upload.address(end === file.size ? await digests.whole() : "");
  };
  for (let stuck = 0; !signal.aborted;) {
    const before = upload.have;
    upload.show("sending");
    const answer = await parts.bring(file, { asking: upload.address(""), address, told: (have) => upload.told(have), signal });
    if (signal.aborted) return;
    if (!answer) {
      upload.percent(100);
      upload.show("done");
      document.dispatchEvent(new Event("uploaded"));
      return;
    }
    stuck = upload.have > before ? 0 : stuck + 1;
    if (!NO_LINE.has(answer.status) || stuck === TRIES) {
      upload.show("failed", said(answer));
      return;
    }
    await read(() => file.slice(0, 1).arrayBuffer());
    upload.show("cut");
    await lineBack(signal, stuck > 1 ? stuck * REST_MS : 0);
  }
}

function said({ status, body }) {
  if (body.what) return `${body.what}${body.remedy}`;
  if (status === 413) return section.dataset.large;
  return status ? `${section.dataset.refused} (${status})` : section.dataset.stuck;
}

// The banner watches the line (connection.js); what is sent here asks it.
const lineBack = (signal, rest_ms) => new Promise((done) => {
  const then = () => setTimeout(done, rest_ms);
  document.addEventListener("desk:line", then, { once: true });
  signal.addEventListener("abort", done, { once: true });
  document.dispatchEvent(new Event("desk:cut"));
});

async function work() {
  if (busy) return;
  busy = true;
  for (let next = queue.shift(); next; next = queue.shift()) {
    if (next.state !== "waiting") continue;
    try {
      await bring(next);
    } catch (error) {
      if (next.state !== "dropped") next.show("failed", error instanceof UnreadableError ? section.dataset.unreadable : section.dataset.refused);
    }
  }
  busy = false;
}

function enqueue(upload) {
  // its own digests are reckoned anew: the file may have been changed, which is why it failed
  upload.digests = new Digests(upload.file);
  if (!upload.file.size) {
    upload.show("failed", section.dataset.empty);
    return;
  }
  upload.show("waiting");
  queue.push(upload);
  work();
}

const uploads = [];
if (section && globalThis.crypto?.subtle) {
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-uploads]");
    const files = [...(form?.querySelector("input[type=file]").files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    event.stopPropagation();
    for (const file of files) {
      const upload = new Upload(file);
      uploads.push(upload);
      enqueue(upload);
    }
    form.reset();
    if (form.dataset.then) globalThis.htmx?.ajax("GET", form.dataset.then, { target: "#panel" });
  }, true);

  addEventListener("beforeunload", (event) => {
    if (uploads.some((upload) => ACTIVE.has(upload.state))) event.preventDefault();
  });
}
