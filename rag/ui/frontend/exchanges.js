// Draws the left side: the welcome, and each question with what came of it.
// `actions` are { show(mark, button), ask(question), retry(), stop(), openSource() }.

function drawWelcome({ strings, suggestions, first_document: first }, actions) {
  const asks = suggestions.map((question) =>
    element("li", {}, suggestionButton(question, actions)));
  return [
    element("h1", { text: strings.empty_title }),
    element("p", { class: "lead", text: first ? strings.empty_text : strings.empty_library }),
    asks.length && element("h2", { class: "eyebrow", text: strings.suggestions }),
    asks.length && element("ul", { class: "suggestions" }, ...asks),
    first && readSourceButton(strings, actions),
  ].filter(Boolean);
}

function suggestionButton(question, actions) {
  return element("button", { type: "button", class: "suggestion", on: { click: () => actions.ask(question) } },
    element("span", { text: question }), icon("ask"));
}

function readSourceButton(strings, actions) {
  return element("button", { type: "button", class: "quiet read-source", on: { click: actions.openSource } },
    icon("source"), element("span", { text: strings.read_source }));
}

function drawExchange(exchange, strings, actions) {
  return element("article", { class: `exchange ${exchange.state}`, "data-exchange": exchange.id },
    element("div", { class: "question" },
      element("h2", { class: "unseen", text: strings.you }),
      element("p", { dir: "auto", text: exchange.question })),
    element("div", { class: "outcome" }, ...drawOutcome(exchange, strings, actions)));
}

function drawOutcome(exchange, strings, actions) {
  switch (exchange.state) {
    case "waiting": return drawWaiting(strings, actions);
    case "writing": return drawWriting(exchange, strings, actions);
    case "failed": return drawFailure(exchange, strings, actions);
    case "not_in_sources": return drawRefusal(exchange, strings, actions);
    default: return drawAnswer(exchange, strings, actions);
  }
}

function drawWaiting(strings, actions) {
  const lines = ["long", "longer", "short"].map((width) => element("span", { class: `bone ${width}` }));
  return [
    drawStatus(strings.waiting, strings, actions),
    element("div", { class: "skeleton", "aria-hidden": "true" }, ...lines),
  ];
}

function drawWriting(exchange, strings, actions) {
  return [
    ...exchange.claims.map((claim) => drawClaim(claim, exchange, strings, actions)),
    drawStatus(strings.writing, strings, actions),
  ];
}

function drawStatus(text, strings, actions) {
  return element("p", { class: "status" },
    element("span", { text }),
    element("button", { type: "button", class: "quiet stop", text: strings.stop, on: { click: actions.stop } }));
}

function drawFailure(exchange, strings, actions) {
  return [element("div", { class: "card failure" },
    element("h3", {}, icon("failed"), element("span", { text: strings.failed })),
    element("p", { dir: "auto", text: exchange.message }),
    element("button", { type: "button", class: "quiet", text: strings.retry, on: { click: actions.retry } }))];
}

function drawRefusal(exchange, strings, actions) {
  const near = exchange.nearest.map((passage) =>
    element("li", {}, drawNearest(passage, exchange, strings, actions)));
  return [
    drawUnderstood(exchange),
    element("div", { class: "refusal" },
      element("h3", {}, icon("refusal"), element("span", { text: strings.refusal })),
      element("p", { text: near.length ? strings.refusal_text : strings.refusal_empty })),
    exchange.notice && element("p", { class: "notice", text: exchange.notice }),
    near.length && element("ol", { class: "nearest" }, ...near),
    drawRejections(exchange, strings),
  ].filter(Boolean);
}

function drawNearest(passage, exchange, strings, actions) {
  const place = exchange.places.find(({ mark }) => mark === passage.mark);
  const button = element("button", {
    type: "button", class: "quiet", "aria-label": place.label, "data-mark": place.mark, text: strings.show,
    on: { click: () => actions.show(place.mark, button) },
  });
  return element("div", { class: "card" },
    element("h4", { dir: "auto", text: passage.title }),
    element("p", { class: "excerpt", dir: "auto", text: passage.text }),
    button);
}

function drawAnswer(exchange, strings, actions) {
  return [
    drawUnderstood(exchange),
    exchange.short_answer &&
      element("p", { class: "short-answer", dir: "auto", text: exchange.short_answer }),
    ...exchange.claims.map((claim) => drawClaim(claim, exchange, strings, actions)),
    element("p", { class: "checked" }, icon("exact"), element("span", { text: exchange.checked })),
    exchange.notice && element("p", { class: "notice", text: exchange.notice }),
    exchange.usage && element("p", { class: "usage", text: exchange.usage }),
    drawRejections(exchange, strings),
  ].filter(Boolean);
}

function drawUnderstood({ understood }) {
  return understood && element("p", { class: "understood", dir: "auto", text: understood });
}

function drawClaim(claim, exchange, strings, actions) {
  if (claim.reason) return drawUnverified(claim, strings);
  const places = exchange.places.filter(({ mark }) => claim.marks.includes(mark));
  return element("p", { class: "claim", dir: "auto" },
    element("span", { class: "words", text: claim.text }),
    element("span", { class: "chips" }, ...places.map((place) => drawChip(place, actions)),
      claim.likelihood && drawLikelihood(claim, strings)));
}

function drawUnverified({ text, reason }, strings) {
  return element("p", { class: "claim unverified", dir: "auto" },
    element("span", { class: "unseen", text: strings.unverified }),
    element("del", { text }),
    element("span", { class: "reason", text: reason }));
}

function drawLikelihood({ likelihood }, strings) {
  return element("span", { class: "likelihood", title: strings.likelihood },
    element("span", { class: "unseen", text: strings.likelihood }),
    element("span", { text: likelihood }));
}

function drawChip(place, actions) {
  const chip = element("button", {
    type: "button", class: "chip", "data-mark": place.mark, text: place.number,
    "aria-label": place.label, title: place.label, "aria-pressed": "false",
    on: { click: () => actions.show(place.mark, chip) },
  });
  return chip;
}

function drawRejections({ left_out: leftOut, rejections }, strings) {
  if (!rejections.length) return null;
  const items = rejections.map(({ words, reason }) =>
    element("li", {},
      element("q", { dir: "auto", text: words }),
      element("span", { class: "reason", text: reason })));
  return element("details", { class: "rejections" },
    element("summary", {}, element("span", { text: leftOut })),
    element("p", { text: strings.left_out_text }),
    element("ul", {}, ...items));
}
