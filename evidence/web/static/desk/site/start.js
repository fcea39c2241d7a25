// Draws the lock before anything else; the rest of the page is loaded while the PIN is typed.
import { passed } from "./lock.js";
import { keepForGood } from "./store.js";
import { loadWords, t } from "./words.js";

const main = document.getElementById("main");
const state = document.getElementById("state");
const tell = (phrase) => { state.textContent = t(phrase); };

async function start() {
  if (!window.isSecureContext) {
    await loadWords();
    tell("本页须经 HTTPS 打开：浏览器只在安全连接下允许离线使用和拍照。请向项目负责人索取以 https:// 开头的地址。");
    return;
  }
  const { opened } = await passed(main, tell, loadWords());
  const rest = import("./app.js");
  navigator.serviceWorker.register("/site/worker.js").catch(() => undefined); // tried again at the next opening
  keepForGood();
  await opened;
  await (await rest).begin(tell);
}

start();
