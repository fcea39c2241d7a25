// Width and height of a JPEG as it is shown, from its head alone. A picture loaded to be asked for its size would stay
// in the browser's memory, camera's file and all.
const EXIF = 0x45786966;
const ORIENTATION = 0x0112;
const TURNED = 5; // from here on the picture lies on its side

// Numbers of the markers that begin a frame: baseline, progressive and their like; C4, C8, CC mean something else.
const isFrame = (marker) => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

// TIFF inside an APP1 segment: byte order, first directory, the one entry that is asked for.
function orientationOf(view, at, end) {
  if (view.getUint32(at) !== EXIF) return 1;
  const tiff = at + 6;
  const little = view.getUint16(tiff) === 0x4949;
  const directory = tiff + view.getUint32(tiff + 4, little);
  const count = view.getUint16(directory, little);
  for (let entry = directory + 2; entry < directory + 2 + count * 12 && entry + 12 <= end; entry += 12) {
    if (view.getUint16(entry, little) === ORIENTATION) return view.getUint16(entry + 8, little);
  }
  return 1;
}

// [width, height]; null where it is no JPEG or its frame lies further on than these bytes.
export function sizeInHead(bytes) {
  const view = new DataView(bytes);
  let orientation = 1;
  try {
    if (view.getUint16(0) !== 0xffd8) return null;
    for (let at = 2; ;) {
      const marker = view.getUint16(at);
      const length = view.getUint16(at + 2);
      if (marker < 0xff00 || length < 2) return null;
      if (isFrame(marker & 0xff)) {
        const [height, width] = [view.getUint16(at + 5), view.getUint16(at + 7)];
        if (!width || !height) return null;
        return orientation >= TURNED ? [height, width] : [width, height];
      }
      if (marker === 0xffe1 && orientation === 1) orientation = readOrNone(view, at + 4, at + 2 + length);
      at += 2 + length;
    }
  } catch {
    return null; // ends before its frame
  }
}

// Camera data that is damaged says nothing; the picture may be whole all the same.
function readOrNone(view, at, end) {
  try {
    return orientationOf(view, at, end);
  } catch {
    return 1;
  }
}
