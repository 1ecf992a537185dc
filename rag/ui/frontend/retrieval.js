// Draws the fold for the curious: what was searched for, what was read, and how long it took.

function drawRetrieval({ facts, passages }, strings, actions) {
  return element("details", { class: "fold retrieval" },
    element("summary", {}, icon("nearest"), element("span", { text: strings.retrieval })),
    drawFacts(facts, "facts"),
    passages.length && element("p", { text: strings.retrieval_text }),
    passages.length && element("ol", {}, ...passages.map((passage) =>
      element("li", {}, drawRead(passage, strings, actions)))));
}

function drawFacts(facts, name) {
  return element("dl", { class: name }, ...facts.map((fact) =>
    element("div", {},
      element("dt", { text: fact.name }),
      element("dd", { dir: "auto", text: fact.value }))));
}

function drawRead({ place, number, excerpt, cited, scores }, strings, actions) {
  const button = element("button", {
    type: "button", class: "read", "data-mark": place.mark, "aria-pressed": "false",
    on: { click: () => actions.show(place.mark, button) },
  },
    element("span", { class: "rank", "aria-hidden": "true", text: number }),
    element("span", { class: "unseen", text: place.label }),
    element("span", { class: "read-title", "aria-hidden": "true" },
      element("bdi", { text: place.title }),
      place.page && element("span", { class: "page", text: place.page }),
      cited && element("span", { class: "cited-as", text: cited })),
    element("span", { class: "excerpt", dir: "auto", text: excerpt }));
  return [button, drawFacts(scores, "scores")].reduce((node, child) => (node.append(child), node),
    element("div", { class: "passage" }));
}
