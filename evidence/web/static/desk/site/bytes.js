// A file's bytes for as long as they are used: megabytes that wait for the browser to collect them pile up.

// Bytes handed to a channel that nobody listens at are gone at once; nothing else in a page gives memory back.
export function dropped(bytes) {
  const { port1, port2 } = new MessageChannel();
  port2.close();
  port1.postMessage(bytes, [bytes]);
  port1.close();
}

export async function withBytes(blob, use) {
  const bytes = await blob.arrayBuffer();
  try {
    return await use(bytes);
  } finally {
    dropped(bytes);
  }
}
