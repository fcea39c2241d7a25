// The page's phrases in the reader's language, kept offline by the service worker.
let known = {};

export async function loadWords() {
  try {
    known = await (await fetch("/site/words.json")).json();
  } catch {
    known = {};
  }
}

export const t = (phrase) => known[phrase] ?? phrase;
