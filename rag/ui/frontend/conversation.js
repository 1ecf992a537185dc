// Puts both sides together. Streamlit calls the default export at the start and for all new data.

const NARROW = "(max-width: 899.98px)";

class Desk {
  constructor(root, strings) {
    this.exchanges = root.querySelector(".exchanges");
    this.welcome = root.querySelector(".welcome");
    this.side = root.querySelector(".side");
    this.sheet = root.querySelector(".sheet");
    this.desk = root.querySelector(".desk");
    this.narrow = window.matchMedia(NARROW);
    this.listening = new AbortController();
    this.data = null;
    this.opener = null;
    this.pane = new SourcePane(strings);
    this.pane.onClose = () => this.sheet.close();
    this.pane.onStep = (mark) => this.show(mark);
    this.label(strings);
    this.listen();
    this.place();
  }

  label(strings) {
    this.exchanges.setAttribute("aria-label", strings.conversation);
    this.side.setAttribute("aria-label", strings.source);
    this.sheet.setAttribute("aria-label", strings.source);
  }

  listen() {
    const { signal } = this.listening;
    this.narrow.addEventListener("change", () => this.place(), { signal });
    this.sheet.addEventListener("click", (event) => {
      if (event.target === this.sheet) this.sheet.close(); // the backdrop
    }, { signal });
    this.side.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.opener?.focus();
    }, { signal });
  }

  // The pane stands beside the conversation, or in a sheet over it where there is no room.
  place() {
    if (this.sheet.open) this.sheet.close();
    (this.narrow.matches ? this.sheet : this.side).append(this.pane.node);
  }

  update(data, send) {
    const before = this.data;
    this.data = data;
    this.send = send;
    this.pane.documents = data.documents;
    const changed = this.drawExchanges();
    this.welcome.replaceChildren(...(data.exchanges.length ? [] : drawWelcome(data, this.actions())));
    this.desk.classList.toggle("empty", data.exchanges.length === 0);
    if (changed || !before || before.first_document !== data.first_document) this.presentLast();
    if (lastBegan(before?.exchanges ?? [], data.exchanges)) this.scrollToLast();
  }

  actions() {
    return {
      show: (mark, button) => { this.opener = button; this.show(mark); },
      ask: (question) => this.send("ask", question),
      retry: () => this.send("retry", true),
      stop: () => this.send("stop", true),
      openSource: () => this.openSheet(),
    };
  }

  // Redraws only what is new, so that focus stays and a screen reader hears nothing twice.
  drawExchanges() {
    const { exchanges, strings } = this.data;
    const drawn = [...this.exchanges.children];
    let changed = drawn.length !== exchanges.length;
    exchanges.forEach((exchange, at) => {
      const signature = JSON.stringify(exchange);
      if (drawn[at]?.signature === signature) return;
      const node = drawExchange(exchange, strings, this.actions());
      node.signature = signature;
      if (drawn[at]) drawn[at].replaceWith(node);
      else this.exchanges.append(node);
      changed = true;
    });
    drawn.slice(exchanges.length).forEach((node) => node.remove());
    return changed;
  }

  presentLast() {
    const last = this.data.exchanges.findLast((exchange) => exchange.places);
    const chosen = last?.places.find(({ mark }) => mark === this.pane.active?.mark);
    if (chosen) this.pane.choose(last.places, chosen.mark); // more of an answer has come
    else this.pane.present(last ? last.places : [], this.data.first_document);
    this.press(chosen ? chosen.mark : null);
  }

  scrollToLast() {
    this.exchanges.lastElementChild?.scrollIntoView({ block: "start" });
  }

  show(mark) {
    const exchange = this.data.exchanges.find(({ places }) => places?.some((p) => p.mark === mark));
    this.openSheet();
    this.pane.choose(exchange.places, mark);
    this.press(mark);
  }

  openSheet() {
    if (this.narrow.matches && !this.sheet.open) this.sheet.showModal();
  }

  press(mark) {
    for (const chip of this.exchanges.querySelectorAll("[data-mark]")) {
      chip.setAttribute("aria-pressed", String(chip.dataset.mark === mark));
    }
  }
}

// Says whether a question was added or has got the first of its answer; what follows moves nothing.
function lastBegan(before, now) {
  const waited = before.at(-1)?.state === "waiting" && now.at(-1)?.state !== "waiting";
  return now.length > before.length || (waited && now.length === before.length);
}

const desks = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  const desk = desks.get(parentElement) ?? new Desk(parentElement, data.strings);
  desks.set(parentElement, desk);
  desk.update(data, setTriggerValue);
  return () => desk.listening.abort();
}
