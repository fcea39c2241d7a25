// IndexedDB: what the page promised to keep is on the disk before a promise here resolves.
const NAME = "evidence-site";
const VERSION = 3;
const STORES = ["bundle", "visits", "photographs", "pictures", "keys"];
const PLAIN = ["bundle", "visits", "photographs", "pictures"];
let opening;

function open() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = ({ oldVersion }) => {
      const { result } = request;
      // before version 3, which nobody relied on, everything lay readable
      if (oldVersion && oldVersion < VERSION) PLAIN.forEach((store) => result.deleteObjectStore(store));
      for (const store of STORES) if (!result.objectStoreNames.contains(store)) result.createObjectStore(store);
    };
    request.onsuccess = () => {
      // a page of a newer program may want to add a store: it must not wait for this one to be closed
      request.result.onversionchange = () => { request.result.close(); opening = undefined; };
      resolve(request.result);
    };
    request.onerror = () => { opening = undefined; reject(request.error); };
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
