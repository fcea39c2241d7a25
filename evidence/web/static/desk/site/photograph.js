// Takes a photograph in: hash of the camera's own bytes first, then a copy of at most 2,560 px a side.
import { withBytes } from "./bytes.js";
import { sizeInHead } from "./jpeg_head.js";

const MOST_BYTES = 60 * 1024 * 1024;
const LONGEST_PX = 2560;
const THUMBNAIL_PX = 240;
const SCREEN_PX = 960;
const HALF = 0.5; // two pixels beside each other see everything down to here: filtering more takes memory for nothing
const HEAD_BYTES = 256 * 1024;

export class NoPhotographError extends Error {}

export async function digestOf(blob) {
  const digest = await withBytes(blob, (bytes) => crypto.subtle.digest("SHA-256", bytes));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// A file of another kind is loaded to be asked; a camera gives none.
async function sizeOf(file) {
  const told = sizeInHead(await file.slice(0, HEAD_BYTES).arrayBuffer());
  if (told) return told;
  const image = new Image();
  image.src = URL.createObjectURL(file);
  try {
    await new Promise((resolve, reject) => Object.assign(image, { onload: resolve, onerror: reject }));
    return [image.naturalWidth, image.naturalHeight];
  } catch {
    throw new NoPhotographError("这个文件不是照片，没有加入。");
  } finally {
    URL.revokeObjectURL(image.src);
    image.removeAttribute("src");
  }
}

// Decoded at the size it is wanted in: 12 megapixels never lie in memory beside their copy on a canvas.
async function jpegOf(file, [width, height], longest, quality) {
  const scale = Math.min(1, longest / Math.max(width, height));
  const size = { resizeWidth: Math.round(width * scale), resizeHeight: Math.round(height * scale) };
  let picture;
  try {
    picture = await createImageBitmap(file, { ...size, resizeQuality: scale < HALF ? "high" : "low" });
  } catch {
    throw new NoPhotographError("这个文件不是照片，没有加入。");
  }
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  canvas.getContext("2d", { alpha: false, willReadFrequently: true }).drawImage(picture, 0, 0);
  picture.close();
  const blob = await canvas.convertToBlob({ type: "image/jpeg", quality });
  canvas.width = canvas.height = 0; // its pixels are given back now, not when somebody collects them
  return blob;
}

// The camera's own file serves as it is where it is small enough: nothing is coded twice.
async function shrunk(file) {
  const size = await sizeOf(file);
  if (Math.max(...size) <= LONGEST_PX && file.type === "image/jpeg") {
    await jpegOf(file, size, THUMBNAIL_PX, 0.5); // whole to its last row, or no photograph
    return file;
  }
  return jpegOf(file, size, LONGEST_PX, 0.85);
}

// One at a time, so that many photographs never lie in memory together.
// `told`: offset_ms of the server's clock, device, and where it was taken if the inspector allows that.
export async function takeIn(file, told) {
  if (file.size > MOST_BYTES) throw new NoPhotographError("照片超过 60 MB，没有加入。");
  const taken_ms = Date.now();
  const captured_sha256 = await digestOf(file);
  const copy = await shrunk(file);
  const sha256 = copy === file ? captured_sha256 : await digestOf(copy);
  const original = copy === file ? null : file;
  return { copy, original, sha256, said: { ...told, name: file.name, captured_sha256, taken_ms } };
}

const smaller = (longest) => async (copy) => jpegOf(copy, await sizeOf(copy), longest, 0.8);

// Small enough to be shown in a list while the visit is open.
export const thumbnail = smaller(THUMBNAIL_PX);
// What a screen shows of an earlier photograph; forty of them whole would fill the telephone.
export const forScreen = smaller(SCREEN_PX);
