// Makes DOM elements; text is always text, never markup.
export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

export function button(label, act, kind = "") {
  return element("button", { type: "button", textContent: label, className: kind, onclick: act });
}
