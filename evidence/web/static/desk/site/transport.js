// Talks to the server: every answer is {status, body}; no network is status 0.
const TRIES = 3;

// Whatever is asked here may be asked again: a network that drops a request now and then costs a repetition, not a pass.
export async function ask(path, options = {}) {
  for (let left = navigator.onLine ? TRIES : 1; left > 0; left -= 1) {
    try {
      const response = await fetch(path, { credentials: "same-origin", redirect: "manual", ...options });
      if ((response.headers.get("Content-Type") ?? "").includes("json")) {
        return { status: response.status, body: await response.json() };
      }
      // what stands between may answer with a page of its own and call that a success
      return { status: response.ok ? 502 : response.status, body: {} };
    } catch {
      // asked again, or said
    }
  }
  return { status: 0, body: {} };
}

export function send(path, method, body, token, type, headers = {}, signal = undefined) {
  return ask(path, { method, body, signal, headers: { "X-CSRFToken": token, "Content-Type": type, ...headers } });
}

// A picture as bytes, or nothing: what is not there now is asked for again at the next refresh.
export async function picture(path) {
  try {
    const response = await fetch(path, { credentials: "same-origin", redirect: "manual" });
    return response.ok ? await response.blob() : null;
  } catch {
    return null;
  }
}
