// What the page may say about this device and where it is; both stand beside a photograph's hash.
import * as store from "./store.js";

const PATIENCE_MS = 5000;
const OLDEST_MS = 60_000;

// A name that tells two telephones of an agency apart; the browser gives no serial number.
export async function deviceName() {
  let own = await store.read("bundle", "device");
  if (!own) {
    own = crypto.randomUUID().slice(0, 8);
    await store.write("bundle", "device", own);
  }
  const hints = await navigator.userAgentData?.getHighEntropyValues?.(["model"]).catch(() => null);
  return `${hints?.model || navigator.userAgentData?.platform || navigator.platform || ""} ${own}`.trim().slice(0, 60);
}

// Micro-degrees and metres; nothing where the inspector or the device says no.
export function position(allowed) {
  if (!allowed || !navigator.geolocation) return Promise.resolve({});
  return new Promise((resolve) => {
    const found = ({ coords }) => resolve({
      latitude_e6: Math.round(coords.latitude * 1e6),
      longitude_e6: Math.round(coords.longitude * 1e6),
      accuracy_m: Math.min(Math.round(coords.accuracy), 1_000_000),
    });
    const options = { timeout: PATIENCE_MS, maximumAge: OLDEST_MS, enableHighAccuracy: true };
    navigator.geolocation.getCurrentPosition(found, () => resolve({}), options);
  });
}
