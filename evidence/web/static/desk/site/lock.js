// Asks for the PIN before anything is shown; the first time it is chosen.
import { button, element } from "./element.js";
import * as vault from "./vault.js";
import { t } from "./words.js";

const SHORTEST = 6;

function asked(label) {
  const input = element("input", { type: "password", inputMode: "numeric", autocomplete: "off", name: "pin" });
  return [input, element("label", { className: "field" }, element("span", { className: "label", textContent: t(label) }), input)];
}

function form(main, parts, label, act) {
  const made = element("form", { className: "card" }, ...parts, element("button", { textContent: t(label), className: "main" }));
  made.onsubmit = (event) => { event.preventDefault(); act(); };
  main.replaceChildren(made);
  made.querySelector("input").focus();
  return made;
}

function choose(main, tell) {
  return new Promise((done) => {
    const [first, one] = asked("设一个本机 PIN（至少六位）");
    const [second, two] = asked("再输一次");
    form(main, [one, two], "设定", async () => {
      if (first.value.length < SHORTEST) return tell("PIN 至少六位。");
      if (first.value !== second.value) return tell("两次输入的 PIN 不同。");
      await vault.choosePin(first.value);
      tell("");
      return done();
    });
  });
}

// The key is derived as soon as a PIN may be complete, so that the last digit opens the page; one derivation after
// another, and none for digits that were typed over meanwhile.
function attempts(input) {
  let [last, said] = [Promise.resolve(false), ""];
  return (pin) => {
    if (pin === said) return last;
    said = pin;
    const before = last;
    last = before.then((open) => open || (input.value === pin && vault.unlock(pin)));
    return last;
  };
}

// Whoever forgot it chooses another: what was not finished is lost, what was finished goes through all the same.
function ask(main, tell) {
  return new Promise((done) => {
    const [input, field] = asked("本机 PIN");
    const attempt = attempts(input);
    const tried = async (wrong) => {
      if (!await attempt(input.value)) return tell(wrong);
      tell("");
      return done(true);
    };
    const made = form(main, [field], "打开", () => tried("PIN 不对。"));
    input.oninput = () => input.value.length >= SHORTEST && tried("");
    const sure = button(t("确定重设：没有完成的内容将丢失，已完成的照常送出"), async () => {
      await vault.forget();
      done(false);
    });
    made.append(element("details", {}, element("summary", { textContent: t("忘记 PIN") }), sure));
  });
}

// Resolves as soon as the lock is drawn, to a promise of its being opened.
export async function passed(main, tell, words) {
  const [locked] = await Promise.all([vault.isSet(), words]);
  const asking = locked ? ask(main, tell) : Promise.resolve(false);
  return { opened: asking.then((open) => open || choose(main, tell)) };
}
