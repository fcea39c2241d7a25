// Takes a photograph in: hash of the camera's own bytes first, then a copy of at most 2,560 px a side.
const MOST_BYTES = 60 * 1024 * 1024;
const LONGEST_PX = 2560;

export class NoPhotographError extends Error {}

export async function digestOf(blob) {
  const digest = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function shrunk(file) {
  let picture;
  try {
    picture = await createImageBitmap(file);
  } catch {
    throw new NoPhotographError("这个文件不是照片，没有加入。");
  }
  const scale = Math.min(1, LONGEST_PX / Math.max(picture.width, picture.height));
  const canvas = new OffscreenCanvas(Math.round(picture.width * scale), Math.round(picture.height * scale));
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return canvas.convertToBlob({ type: "image/jpeg", quality: 0.85 });
}

// One at a time, so that many photographs never lie in memory together.
export async function takeIn(file, offset) {
  if (file.size > MOST_BYTES) throw new NoPhotographError("照片超过 60 MB，没有加入。");
  const captured = await digestOf(file);
  const copy = await shrunk(file);
  const taken = { captured_sha256: captured, taken_ms: Date.now(), offset_ms: offset };
  return { sha256: await digestOf(copy), name: file.name, copy, original: file, ...taken };
}
