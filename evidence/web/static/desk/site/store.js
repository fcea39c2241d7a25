// IndexedDB: what the page promised to keep is on the disk before a promise here resolves.
const NAME = "evidence-site";
const STORES = ["bundle", "visits", "photographs"];
let opening;

function open() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => STORES.forEach((store) => request.result.createObjectStore(store));
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opening;
}

async function transact(store, mode, act) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(store, mode, { durability: "strict" });
    const request = act(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error);
    transaction.onerror = () => reject(transaction.error);
  });
}

export const read = (store, key) => transact(store, "readonly", (found) => found.get(key));
export const write = (store, key, value) => transact(store, "readwrite", (found) => found.put(value, key));
export const remove = (store, key) => transact(store, "readwrite", (found) => found.delete(key));
export const keys = (store) => transact(store, "readonly", (found) => found.getAllKeys());

// A browser may clear what a page keeps unless it is asked not to.
export const keepForGood = () => navigator.storage?.persist?.();
