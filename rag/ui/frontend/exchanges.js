// Draws the left side: the welcome, and each question with what came of it.
// `actions` are what can be done there; see Desk.actions.

function drawWelcome({ strings, suggestions, first_document: first }, actions) {
  const asks = suggestions.map((question) =>
    element("li", {}, suggestionButton(question, actions)));
  return [
    element("h1", { text: strings.empty_title }),
    element("p", { class: "lead", text: first ? strings.empty_text : strings.empty_library }),
    asks.length && element("h2", { class: "eyebrow", text: strings.suggestions }),
    asks.length && element("ul", { class: "suggestions" }, ...asks),
    first && quietButton(strings.read_source, actions.openSource, { class: "quiet read-source", symbol: "source" }),
  ].filter(Boolean);
}

function suggestionButton(question, actions) {
  return element("button", { type: "button", class: "suggestion", on: { click: () => actions.ask(question) } },
    element("span", { dir: "auto", text: question }), icon("ask"));
}

// An article that keeps the parts of it that stay as they are.
function drawExchange({ exchange, editable, longest }, strings, actions) {
  const outcome = element("div", { class: "outcome" });
  const node = element("article", { "data-exchange": exchange.id });
  node.update = ({ exchange, editable }) => {
    node.className = `exchange ${exchange.state}`;
    const question = { exchange: asked(exchange), editable, longest };
    reconcile(node, [
      { key: "question", data: question, draw: () => drawQuestion(question, strings, actions) },
      { key: "outcome", data: 0, draw: () => outcome },
    ]);
    reconcile(outcome, outcomeParts(exchange, strings, actions, outcome));
  };
  node.update({ exchange, editable });
  return node;
}

function asked({ id, question, gives_way }) {
  return { id, question, gives_way };
}

function outcomeParts(exchange, strings, actions, outcome) {
  const part = (key, data, draw) => ({ key, data, draw: () => draw(data, strings, actions) });
  switch (exchange.state) {
    case "waiting": return [part("status", exchange.state, drawWaiting), part("skeleton", 0, drawSkeleton)];
    case "writing": return [part("status", exchange.state, drawWriting), ...claimParts(exchange, part)];
    case "failed": return [part("failure", exchange.message, drawFailure)];
    case "not_in_sources": return [part("status", refused(exchange), drawRefusal),
      ...nearestPart(exchange, part), ...endParts(exchange, part)];
    default: return answerParts(exchange, part, outcome);
  }
}

// The short answer stands first, unless sentences were drawn before it came: nothing moves.
function answerParts(exchange, part, outcome) {
  const claims = claimParts(exchange, part);
  const drawn = [...outcome.children].some((node) => node.key?.startsWith("claim"));
  const late = drawn && ![...outcome.children].some((node) => node.key === "short");
  outcome.late ||= late;
  const short = exchange.short_answer ? [part("short", exchange.short_answer, drawShortAnswer)] : [];
  return [
    part("status", { checked: exchange.checked, understood: exchange.understood }, drawChecked),
    ...factParts(exchange, part),
    ...(outcome.late ? [...claims, ...short] : [...short, ...claims]),
    ...endParts(exchange, part),
  ];
}

function claimParts(exchange, part) {
  const seen = new Map();
  return exchange.claims.map((claim) => {
    const times = (seen.get(claim.text) ?? 0) + 1;
    seen.set(claim.text, times);
    const places = exchange.places.filter(({ mark }) => claim.marks.includes(mark));
    return part(`claim-${times}-${claim.text}`, { claim, places }, drawClaim);
  });
}

function factParts({ facts }, part) {
  return facts.map((fact, at) => part(`fact-${at}`, fact, (text) =>
    element("p", { class: "claim fact", dir: "auto", text })));
}

function nearestPart({ nearest, places }, part) {
  if (!nearest.length) return [];
  const cards = nearest.map((near) => ({ near, place: places.find(({ mark }) => mark === near.mark) }));
  return [part("nearest", cards, (data, strings, actions) =>
    element("ol", { class: "nearest" }, ...data.map((card) =>
      element("li", {}, drawNearest(card, strings, actions)))))];
}

function endParts(exchange, part) {
  const { id, question, notice, left_out, rejections, retrieval } = exchange;
  return [
    notice && part("notice", { id, question, notice }, drawNotice),
    rejections.length && part("rejections", { left_out, rejections }, drawRejections),
    part("retrieval", retrieval, drawRetrieval),
  ].filter(Boolean);
}

function drawWaiting(_, strings, actions) {
  return drawStatus(strings.waiting, strings, actions);
}

function drawWriting(_, strings, actions) {
  return drawStatus(strings.writing, strings, actions);
}

function drawStatus(text, strings, actions) {
  return element("div", { class: "status" },
    element("span", { class: "working", "aria-hidden": "true" }),
    element("span", { text }),
    quietButton(strings.stop, actions.stop, { class: "quiet stop" }));
}

function drawSkeleton() {
  const lines = ["long", "longer", "short"].map((width) => element("span", { class: `bone ${width}` }));
  return element("div", { class: "skeleton", "aria-hidden": "true" }, ...lines);
}

function drawChecked({ checked, understood }) {
  return element("div", { class: "status checked" },
    icon("exact"), element("span", { class: "count", text: checked }),
    understood && element("span", { class: "understood", dir: "auto", title: understood, text: understood }));
}

function drawShortAnswer(words) {
  return element("p", { class: "short-answer", dir: "auto", text: words });
}

function drawFailure(message, strings, actions) {
  return element("div", { class: "card failure" },
    element("h3", {}, icon("failed"), element("span", { text: strings.failed })),
    element("p", { dir: "auto", text: message }),
    quietButton(strings.retry, actions.retry, { symbol: "again" }));
}

function refused({ nearest, understood }) {
  return { near: nearest.length, understood };
}

function drawRefusal({ near, understood }, strings) {
  return element("div", { class: "refusal" },
    element("h3", {}, icon("refusal"), element("span", { text: strings.refusal })),
    understood && element("p", { class: "understood", dir: "auto", text: understood }),
    element("p", { text: near ? strings.refusal_text : strings.refusal_empty }));
}

function drawNotice({ id, question, notice }, strings, actions) {
  return element("div", { class: "notice" },
    element("p", { dir: "auto", text: notice }),
    quietButton(strings.ask_again, () => actions.revise(id, question), { symbol: "again" }));
}
