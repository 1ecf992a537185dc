// Draws a question, which can be edited and asked again while no answer is awaited.

function drawQuestion({ exchange, editable, longest }, strings, actions) {
  const { question } = exchange;
  const node = element("div", { class: "question" });
  const edit = iconButton("edit", strings.edit, () => {
    node.replaceChildren(drawEditing(exchange, longest, strings, actions, read));
    node.querySelector("textarea").focus();
  });
  const read = (focus) => {
    node.replaceChildren(
      element("h2", { class: "unseen", text: strings.you }),
      ...[editable && edit, element("p", { dir: "auto", text: question })].filter(Boolean));
    if (focus) edit.focus();
  };
  read(false);
  return node;
}

function drawEditing({ id, question, gives_way: givesWay }, longest, strings, actions, leave) {
  const box = element("textarea", { "aria-label": strings.edited, dir: "auto", maxlength: longest, rows: 3 });
  box.value = question;
  const submit = () => box.value.trim() && actions.revise(id, box.value);
  const keys = (event) => {
    event.stopPropagation(); // no shortcut of the page is meant
    if (event.isComposing) return;
    if (event.key === "Escape") leave(true);
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      submit();
    }
  };
  return element("div", { class: "editing", on: { keydown: keys } },
    box,
    givesWay && element("p", { class: "gives-way", text: givesWay }),
    element("div", { class: "buttons" },
      quietButton(strings.cancel, () => leave(true)),
      quietButton(strings.ask_again, submit, { class: "quiet main" })));
}
