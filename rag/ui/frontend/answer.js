// Draws the sentences of an answer with their numbers, and what was left out of it.

function drawClaim({ claim, places }, strings, actions) {
  if (claim.rejections.length) return drawUnverified(claim, strings);
  return element("p", { class: "claim", dir: "auto" },
    element("span", { class: "words", dir: "auto", text: claim.text }),
    drawCut(claim),
    element("span", { class: "chips" }, ...places.map((place) => drawChip(place, actions)),
      claim.likelihood && drawLikelihood(claim, strings)));
}

function drawChip(place, actions) {
  const chip = element("button", {
    type: "button", class: "chip", "data-mark": place.mark, "data-verdict": place.verdict,
    "aria-label": place.label, "aria-pressed": "false",
    on: {
      click: () => actions.show(place.mark, chip),
      pointerenter: ({ pointerType }) => pointerType === "mouse" && actions.quote(place, chip),
      pointerleave: () => actions.unquote(),
      focus: () => chip.matches(":focus-visible") && actions.quote(place, chip),
      blur: () => actions.unquote(),
    },
  }, element("span", { text: place.number }), place.verdict !== "exact" && icon(place.verdict));
  return chip;
}

function drawCut({ cut }) {
  return cut && element("span", { class: "cut", text: ` … ${cut}` });
}

function drawLikelihood({ likelihood }, strings) {
  return element("span", { class: "likelihood", title: strings.likelihood },
    element("span", { class: "unseen", text: strings.likelihood }),
    element("span", { text: likelihood }));
}

function drawUnverified(claim, strings) {
  return element("div", { class: "claim unverified" },
    element("p", { dir: "auto" },
      element("span", { class: "unseen", text: strings.unverified }),
      element("del", { dir: "auto", text: claim.text }), drawCut(claim)),
    ...claim.rejections.flatMap((rejection) => [
      rejection.quote && element("q", { dir: "auto", text: rejection.quote }),
      drawVerdict(rejection)]));
}

// The icon, the word and the explanation of a rejection.
function drawVerdict({ icon: name, word, reason }) {
  return element("p", { class: "rejection" },
    element("strong", {}, icon(name), element("span", { text: word })),
    element("span", { class: "reason", text: reason }));
}

function drawRejections({ left_out: leftOut, rejections }, strings) {
  const items = rejections.map((rejection) =>
    element("li", {}, element("q", { dir: "auto", text: rejection.words }), drawVerdict(rejection)));
  return element("details", { class: "fold rejections" },
    element("summary", {}, icon("rejected"), element("span", { text: leftOut })),
    element("p", { text: strings.left_out_text }),
    element("ul", {}, ...items));
}

function drawNearest({ near, place }, strings, actions) {
  const button = quietButton(strings.show, () => actions.show(place.mark, button), {
    "aria-label": place.label, "data-mark": place.mark, symbol: "source",
  });
  return element("div", { class: "card" },
    element("h4", { dir: "auto" },
      element("bdi", { text: near.title }),
      near.page && element("span", { class: "page", text: near.page })),
    element("p", { class: "excerpt", dir: "auto", text: near.text }),
    button);
}
