// Draws the right side: one document with the places of one exchange lit up.

class SourcePane {
  constructor(strings, say) {
    this.strings = strings;
    this.documents = {};
    this.drawn = { id: "", signature: "" };
    this.places = [];
    this.active = null;
    this.margin = new Margin((mark) => this.onChoose(mark));
    this.link = new LinkButton(strings, say);
    this.build();
    this.resized = new ResizeObserver(() => this.margin.put());
    this.resized.observe(this.flow);
  }

  build() {
    const { strings } = this;
    this.eyebrow = element("p", { class: "eyebrow" });
    this.title = element("h2", { dir: "auto" });
    this.file = element("p", { class: "file", dir: "auto" });
    this.closeButton = iconButton("close", strings.close, () => this.onClose());
    this.flow = element("div", { class: "flow" });
    this.text = element("div", { class: "text", tabindex: "0", role: "region", "aria-label": strings.source }, this.flow);
    this.node = element("div", { class: "pane" },
      element("header", {},
        element("div", { class: "about" }, this.eyebrow, this.title, this.file),
        this.closeButton),
      this.buildVerdict(),
      element("div", { class: "reading" }, this.text, this.margin.ticks));
  }

  buildVerdict() {
    const { strings } = this;
    this.badge = element("span", { class: "badge" });
    this.verdictName = element("strong");
    this.page = element("span", { class: "page" });
    this.position = element("span", { class: "position" });
    this.idle = element("span", { class: "idle" });
    this.explanation = element("p", { class: "explanation" });
    this.steps = element("div", { class: "steps", title: strings.keys },
      iconButton("previous", strings.previous, () => this.step(-1)),
      iconButton("next", strings.next, () => this.step(1)));
    this.verdict = element("div", { class: "verdict" },
      element("div", { class: "verdict-row" },
        this.badge, this.verdictName, this.page, this.idle,
        element("span", { class: "space" }),
        this.link.said, this.position, this.link.button, this.steps),
      this.explanation, this.link.byHand);
    return this.verdict;
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

  // Chooses the place so many steps from the one that is chosen, or the first or the last.
  step(by) {
    const { length } = this.places;
    if (!length) return;
    const at = this.active ? this.places.indexOf(this.active) + by : Math.min(by, 0) + (by > 0 ? 0 : length);
    this.onStep(this.places[(at + length) % length].mark);
  }

  drawDocument(id) {
    const source = this.documents[id];
    const signature = JSON.stringify(source ?? null);
    if (this.drawn.signature === signature && this.drawn.id === id) return;
    this.drawn = { id, signature };
    write(this.title, source ? source.title : "");
    write(this.file, source ? source.source : "");
    this.flow.replaceChildren(
      ...(source ? source.blocks.map(drawBlock) : [this.emptyText()]), this.margin.numbers);
    this.text.scrollTop = 0;
  }

  emptyText() {
    return element("p", { class: "block chrome", text: this.strings.empty_source });
  }

  light() {
    const here = this.places.filter((place) => place.document === this.drawn.id);
    for (const piece of this.flow.querySelectorAll("mark")) lightPiece(piece, here, this.active);
    const entries = here.filter(({ number }) => number)
      .map((place) => ({ place, piece: this.pieces(place)[0] })).filter(({ piece }) => piece);
    this.margin.draw(entries);
    this.margin.light(this.active);
    this.drawVerdict();
  }

  drawVerdict() {
    const { active, strings } = this;
    this.verdict.dataset.verdict = active?.verdict ?? "";
    write(this.badge, active?.number ?? "");
    this.badge.hidden = !active?.number;
    this.verdictName.replaceChildren(...(active
      ? [icon(active.verdict), element("span", { text: active.verdict_name })] : []));
    write(this.page, active?.page ?? "");
    write(this.explanation, active?.explanation ?? "");
    write(this.idle, active ? "" : this.places.length ? strings.nothing_chosen : strings.nothing_cited);
    this.drawPosition();
    this.link.show(active?.link ?? "");
    this.link.button.hidden = !active?.link;
  }

  drawPosition() {
    const { places, active, strings } = this;
    const sources = [...new Set(places.map(({ document }) => document))];
    this.steps.hidden = places.length < 2;
    write(this.position, active && places.length > 1
      ? filled(strings.position, { position: places.indexOf(active) + 1, total: places.length }) : "");
    write(this.eyebrow, sources.length > 1
      ? filled(strings.several_sources, { position: sources.indexOf(this.drawn.id) + 1, total: sources.length })
      : strings.source);
  }

  pieces(place) {
    return [...this.flow.querySelectorAll(`mark[data-marks~="${CSS.escape(place.mark)}"]`)];
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
  if (marks.length) return element("mark", { "data-marks": marks.join(" "), text });
  return element("span", { text });
}

function lightPiece(piece, places, active) {
  const names = piece.dataset.marks.split(" ");
  const lit = places.filter(({ mark }) => names.includes(mark));
  piece.classList.toggle("cited", lit.some(({ number }) => number));
  piece.classList.toggle("near", lit.some(({ number }) => !number));
  piece.classList.toggle("active", lit.includes(active));
}
