// Talks to the server: every answer is {status, body}; no network is status 0.
export async function ask(path, options = {}) {
  try {
    const response = await fetch(path, { credentials: "same-origin", redirect: "manual", ...options });
    const json = (response.headers.get("Content-Type") ?? "").includes("json");
    return { status: response.status, body: json ? await response.json() : {} };
  } catch {
    return { status: 0, body: {} };
  }
}

export function send(path, method, body, token, type) {
  return ask(path, { method, body, headers: { "X-CSRFToken": token, "Content-Type": type } });
}
