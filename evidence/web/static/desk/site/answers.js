// What an answer of the server means: nothing here is the inspector's mistake unless the server gave the facts back.

// A finished visit is over, comes back to be corrected, or waits: then it is sent again by itself.
export function outcome({ status, body }) {
  if (status === 200 && body.receipt && !body.refused?.length) return "sent";
  return body.sent ? "refused" : "waiting";
}

// Why something waits: the server's own words, or whose trouble it is.
export function trouble({ status, body }) {
  if (body.what) return body.what;
  if (status === 0) return "没有网络，内容都在本机，有网络后再送。";
  if (status === 401 || status === 403) return "登录已失效，请重新登录；本机上的内容都还在。";
  return "服务器出错，稍后再送。";
}

// Nothing else gets through either: no network, or nobody signed in.
export const nobodyThere = ({ status }) => status === 0 || status === 401;
