// From facts to paper: the record of a delivered visit, issued by the server, printed from here.
import { trouble } from "./answers.js";
import { button, element } from "./element.js";
import { send } from "./transport.js";
import { t } from "./words.js";

const REASONS = { 0: "没有网络，记录要有网络时才能打印；请用空白文书。" };

export function recordButton(visit, token, tell) {
  const place = element("div", {});
  const press = button(t("签发并打印记录"), async () => {
    press.disabled = true;
    tell("正在签发记录……");
    const wanted = JSON.stringify({ visit: visit.answer.receipt.visit });
    const { status, body } = await send("/site/records/", "POST", wanted, token, "application/json");
    press.disabled = false;
    if (status !== 200) {
      tell(REASONS[status] ?? trouble({ status, body }));
      if (body.remedy) place.append(element("p", { className: "quiet", textContent: body.remedy }));
      return;
    }
    tell("记录已签发，请打印后签名盖章。");
    place.replaceChildren(element("a", { href: body.url, target: "_blank", rel: "noopener", className: "paper",
      textContent: `${t("打印")} ${body.number}` }));
  }, "main");
  place.append(press);
  return place;
}
