// Builds nodes. Every word that is drawn comes through `text` or an attribute, never as HTML.

// Characters that turn the direction of what follows them. Each is drawn by its name, in a box of
// its own where it can turn nothing else.
const CONTROLS = /([\u202a-\u202e\u2066-\u2069])/;
const CONTROL_NAMES = {
  "\u202a": "LRE", "\u202b": "RLE", "\u202c": "PDF", "\u202d": "LRO", "\u202e": "RLO",
  "\u2066": "LRI", "\u2067": "RLI", "\u2068": "FSI", "\u2069": "PDI",
};

function element(tag, { text, on = {}, ...attributes } = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) node.setAttribute(name, value);
  }
  if (text !== undefined) node.append(...written(text));
  for (const [event, handler] of Object.entries(on)) node.addEventListener(event, handler);
  node.append(...children.filter(Boolean));
  return node;
}

function written(text) {
  return text.split(CONTROLS).filter(Boolean).map((part) =>
    part in CONTROL_NAMES ? controlNode(part) : document.createTextNode(part));
}

function controlNode(character) {
  const node = document.createElement("span");
  node.className = "control";
  node.dataset.name = CONTROL_NAMES[character];
  node.textContent = character;
  return node;
}

function write(node, text) {
  node.replaceChildren(...written(text));
}

function filled(template, values) {
  return template.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

function iconButton(name, label, handler) {
  const attributes = { type: "button", class: "icon-button", "aria-label": label, title: label };
  return element("button", { ...attributes, on: { click: handler } }, icon(name));
}

function quietButton(text, handler, { symbol, ...attributes } = {}) {
  const given = { type: "button", class: "quiet", ...attributes, on: { click: handler } };
  return element("button", given, symbol && icon(symbol), element("span", { text }));
}
