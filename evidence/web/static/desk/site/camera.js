// The camera beside a row: photographs are taken in one by one; the first photograph of a hazard stands beside it.
import { button, element } from "./element.js";
import { withBytes } from "./bytes.js";
import { position } from "./device.js";
import { NoPhotographError, takeIn, thumbnail } from "./photograph.js";
import { sealed } from "./seal.js";
import * as store from "./store.js";
import * as vault from "./vault.js";
import { t } from "./words.js";

const FULL = "本机存储已满，这一笔没有存上。请删除手机里的其他内容后再试。";

// The bytes are the server's to open from the first moment; a small picture and what was said stay until the visit is finished.
async function keepSealed({ copy, original, sha256, said }, serverKey) {
  const hidden = (blob) => withBytes(blob, (bytes) => sealed(serverKey, bytes));
  await store.write("photographs", sha256, {
    captured_sha256: said.captured_sha256, copy: await hidden(copy), original: original && await hidden(original),
    preview: await vault.box(await thumbnail(copy)), said: await vault.box(said),
  });
}

async function take(files, name, session) {
  const { visit } = session;
  for (const file of files) {
    try {
      const where = await position(visit.position);
      const taken = await takeIn(file, { offset_ms: session.offset, device: session.device, ...where });
      await keepSealed(taken, session.bundle.seal_key);
      const kept = (visit.photographs[name] ??= []);
      if (!kept.includes(taken.sha256)) kept.push(taken.sha256);
      await session.save();
    } catch (error) {
      session.tell(error instanceof NoPhotographError ? error.message : FULL);
    }
  }
}

// Each picture is opened once: a page of forty hazards is drawn anew at every one of them.
const shown = new Map();

async function address(digest, box) {
  if (!shown.has(digest)) {
    const found = await vault.blob(await box(digest), "image/jpeg");
    if (found) shown.set(digest, URL.createObjectURL(found));
  }
  return shown.get(digest);
}

const preview = async (digest) => (await store.read("photographs", digest))?.preview;
const earlier = (digest) => store.read("pictures", digest);

// Whoever goes back to the list sees none of them any more.
export function letGo() {
  for (const src of shown.values()) URL.revokeObjectURL(src);
  shown.clear();
}

// Drawn from the device; what was delivered is no longer there and stands as its number alone.
async function thumbnails(place, name, session) {
  const drawn = [];
  for (const digest of session.visit.photographs[name] ?? []) {
    const src = await address(digest, preview);
    const drop = button("✕", () => {
      session.visit.photographs[name] = session.visit.photographs[name].filter((each) => each !== digest);
      session.changed(name, []);
      thumbnails(place, name, session);
    }, "drop");
    drop.setAttribute("aria-label", t("删除这张照片"));
    const picture = src ? element("img", { src, alt: "" }) : element("span", { textContent: t("已送达") });
    drawn.push(element("span", { className: "thumbnail" }, picture, drop));
  }
  place.replaceChildren(element("span", { textContent: `${drawn.length} ${t("张照片")}` }), ...drawn);
}

export function camera(name, session) {
  const place = element("span", { className: "thumbnails" });
  const input = element("input", { type: "file", accept: "image/*", multiple: true });
  input.setAttribute("capture", "environment");
  input.onchange = async () => {
    await take(input.files, name, session);
    input.value = "";
    await thumbnails(place, name, session);
  };
  thumbnails(place, name, session);
  return element("div", {}, element("label", { className: "camera" }, t("拍照"), input), place);
}

// What the hazard looked like when it was found, so that the second photograph is taken from the same place.
export function firstPhotographs(digests) {
  const place = element("div", { className: "first" });
  for (const digest of digests) {
    address(digest, earlier).then((src) => {
      if (!src) return;
      place.append(element("figure", {}, element("img", { src, alt: t("整改前") }),
        element("figcaption", { textContent: t("整改前") })));
    });
  }
  return place;
}
