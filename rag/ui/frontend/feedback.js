// Under each answer: was it right? Right answers keep the passages that are left ticked.

function placeFeedback(exchanges, { feedback, strings }, send) {
  for (const [id, view] of Object.entries(feedback)) {
    const outcome = exchanges.querySelector(`[data-exchange="${CSS.escape(id)}"] .outcome`);
    if (!outcome) continue;
    const drawn = outcome.querySelector(":scope > .feedback");
    const signature = JSON.stringify(view);
    if (drawn?.signature === signature) continue;
    const node = drawFeedback(view, strings, (judgement, ticked) =>
      send("judge", { exchange: id, judgement, ticked }));
    node.signature = signature;
    replaceFeedback(outcome, drawn, node);
  }
}

// The focus stays on the button that was pressed, though it is drawn anew.
function replaceFeedback(outcome, drawn, node) {
  const focused = drawn?.getRootNode().activeElement;
  const judgement = drawn?.contains(focused) ? focused.closest("[data-judgement]")?.dataset.judgement : null;
  if (drawn) drawn.replaceWith(node);
  else outcome.append(node);
  if (judgement) node.querySelector(`[data-judgement="${judgement}"]`)?.focus();
}

function drawFeedback(view, strings, judge) {
  const name = `${strings.feedback} ${view.question}`;
  const node = element("div", { class: "feedback", role: "group", "aria-label": name });
  const ticks = drawTicks(view, strings, judge);
  const buttons = view.judgements.map(({ judgement, label }) => {
    const button = element("button", {
      type: "button", class: "quiet", "data-judgement": judgement, text: label,
      "aria-pressed": String(view.judgement === judgement),
      on: { click: () => {
        if (judgement === "right" && ticks && ticks.hidden) openTicks(ticks);
        else judge(judgement, ticked(ticks, view));
      } },
    });
    return button;
  });
  node.append(element("span", { class: "feedback-asked", text: strings.feedback }), ...buttons);
  if (ticks) node.append(ticks);
  if (view.message) node.append(element("p", { class: `feedback-told ${view.kind}`, role: "status", text: view.message }));
  return node;
}

// With one passage there is nothing to choose.
function drawTicks(view, strings, judge) {
  if (view.quotes.length < 2) return null;
  const boxes = view.quotes.map(({ number, quote }) =>
    element("li", {}, element("label", {},
      element("input", { type: "checkbox", value: String(number), checked: "" }),
      element("span", { class: "feedback-number", text: String(number) }),
      element("span", { class: "feedback-quote", dir: "auto", text: quote }))));
  const keep = element("button", { type: "button", class: "quiet", "data-judgement": "right", text: strings.feedback_keep,
    on: { click: () => judge("right", ticked(ticks, view)) } });
  const ticks = element("fieldset", { class: "evidence", hidden: "" },
    element("legend", { text: strings.feedback_evidence }), element("ul", {}, ...boxes), keep);
  return ticks;
}

function openTicks(ticks) {
  ticks.hidden = false;
  ticks.querySelector("input").focus({ preventScroll: true });
  ticks.scrollIntoView({ block: "nearest" });
}

function ticked(ticks, view) {
  if (!ticks) return view.quotes.map(({ number }) => number);
  return [...ticks.querySelectorAll("input:checked")].map((box) => Number(box.value));
}
