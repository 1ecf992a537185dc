// Draws the right side: one document with the places of one exchange lit up.

class SourcePane {
  constructor(strings) {
    this.strings = strings;
    this.documents = {};
    this.drawn = { id: "", signature: "" };
    this.places = [];
    this.active = null;
    this.build();
  }

  build() {
    const { strings } = this;
    this.title = element("h2", { dir: "auto" });
    this.file = element("p", { class: "file", dir: "auto" });
    this.closeButton = iconButton("close", strings.close, () => this.onClose());
    this.badge = element("span", { class: "badge" });
    this.verdictName = element("strong");
    this.explanation = element("span", { class: "explanation" });
    this.verdict = element("div", { class: "verdict", hidden: "" },
      element("p", { role: "status" }, this.badge, this.verdictName, this.explanation),
      this.steps = element("div", { class: "steps" },
        iconButton("previous", strings.previous, () => this.step(-1)),
        iconButton("next", strings.next, () => this.step(1))));
    this.text = element("div", { class: "text", tabindex: "0", role: "region", "aria-label": strings.source });
    this.node = element("div", { class: "pane" },
      element("header", {},
        element("div", { class: "about" },
          element("p", { class: "eyebrow", text: strings.source }), this.title, this.file),
        this.closeButton),
      this.verdict,
      this.text);
  }

  // Draws the document of `places` (or `first`), its places lit up and none of them chosen.
  present(places, first) {
    this.places = places;
    this.active = null;
    this.drawDocument(places.length ? places[0].document : first);
    this.light();
    if (places.length) this.scrollTo(places[0]);
  }

  choose(places, mark) {
    this.places = places;
    this.active = places.find((place) => place.mark === mark);
    this.drawDocument(this.active.document);
    this.light();
    this.scrollTo(this.active);
  }

  step(by) {
    const at = this.places.indexOf(this.active);
    const next = this.places[(at + by + this.places.length) % this.places.length];
    this.onStep(next.mark);
  }

  drawDocument(id) {
    const source = this.documents[id];
    const signature = JSON.stringify(source ?? null);
    if (this.drawn.signature === signature && this.drawn.id === id) return;
    this.drawn = { id, signature };
    this.title.textContent = source ? source.title : "";
    this.file.textContent = source ? source.source : "";
    this.text.replaceChildren(...(source ? source.blocks.map(drawBlock) : [this.emptyText()]));
    this.text.scrollTop = 0;
  }

  emptyText() {
    return element("p", { class: "block chrome", text: this.strings.empty_source });
  }

  light() {
    const here = this.places.filter((place) => place.document === this.drawn.id);
    for (const piece of this.text.querySelectorAll("mark")) lightPiece(piece, here, this.active);
    for (const place of here) numberPlace(this.pieces(place)[0], place);
    this.drawVerdict();
  }

  drawVerdict() {
    const place = this.active;
    this.verdict.hidden = !place;
    this.steps.hidden = this.places.length < 2;
    if (!place) return;
    this.verdict.dataset.verdict = place.verdict;
    this.badge.textContent = place.number;
    this.badge.hidden = !place.number;
    this.verdictName.replaceChildren(icon(place.verdict), element("span", { text: place.verdict_name }));
    this.explanation.textContent = place.explanation;
  }

  pieces(place) {
    return [...this.text.querySelectorAll(`mark[data-marks~="${place.mark}"]`)];
  }

  // Brings a place to the upper third of the pane at once: looking up a quotation is no time to wait.
  scrollTo(place) {
    const [piece] = this.pieces(place);
    if (!piece) return;
    const above = piece.getBoundingClientRect().top - this.text.getBoundingClientRect().top;
    this.text.scrollTop += above - this.text.clientHeight / 4;
  }
}

function drawBlock(block) {
  const tag = { title: "h3", heading: "h4" }[block.kind] ?? "p";
  return element(tag, { class: `block ${block.kind}`, dir: "auto" }, ...block.pieces.map(drawPiece));
}

function drawPiece({ text, marks }) {
  return marks.length
    ? element("mark", { "data-marks": marks.join(" "), text })
    : document.createTextNode(text);
}

function lightPiece(piece, places, active) {
  const names = piece.dataset.marks.split(" ");
  const lit = places.filter(({ mark }) => names.includes(mark));
  piece.classList.toggle("cited", lit.some(({ verdict }) => verdict !== "nearest"));
  piece.classList.toggle("near", lit.some(({ verdict }) => verdict === "nearest"));
  piece.classList.toggle("active", lit.includes(active));
  delete piece.dataset.number;
}

function numberPlace(piece, { number }) {
  if (!piece || !number) return;
  piece.dataset.number = [piece.dataset.number, number].filter(Boolean).join(" ");
}
