// Puts both sides together. Streamlit calls the default export at the start and for all new data.

const NARROW = "(max-width: 899.98px)";
const MOVED = ["answers-told", "doings-told", "desk"]; // what goes along when the page is mounted anew

class Desk {
  constructor(root, strings) {
    this.root = root;
    for (const name of ["exchanges", "welcome", "side", "sheet", "desk", "astray", ...MOVED]) {
      this[name] = root.querySelector(`.${name}`);
    }
    this.narrow = window.matchMedia(NARROW);
    this.data = null;
    this.focused = null;
    this.owed = null; // what asked for the focus while the page was out
    this.quiet = false; // while a number is given the focus back, which must not open its card
    this.announcer = new Announcer(this["answers-told"], this["doings-told"]);
    this.card = new QuotationCard();
    this.desk.append(this.card.node);
    this.pane = new SourcePane(strings, (text) => this.announcer.say(text));
    this.pane.onClose = () => this.closeSheet();
    this.pane.onStep = (mark) => this.step(mark);
    this.pane.onChoose = (mark) => this.show(mark);
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
    this.narrow.addEventListener("change", () => this.place());
    this.sheet.addEventListener("click", (event) => {
      if (event.target === this.sheet) this.closeSheet(); // the backdrop
    });
    this.sheet.addEventListener("cancel", () => { this.quiet = true; });
    this.sheet.addEventListener("close", () => this.returnToChip());
    document.addEventListener("focusin", (event) => {
      const [node, ...around] = event.composedPath();
      this.focused = around.includes(this.desk) ? node : null;
    });
    document.addEventListener("keydown", (event) => this.pressed(event));
    document.addEventListener("scroll", () => this.card.follow(), { capture: true, passive: true });
  }

  // Goes on in another place: nothing is drawn or heard again, and the focus stays where it was.
  moveTo(root) {
    const { focused } = this;
    this.root = root;
    for (const name of MOVED) root.querySelector(`.${name}`).replaceWith(this[name]);
    if (this.sheet.open) {
      this.sheet.removeAttribute("open"); // it lost its place over the page when it was taken out
      this.sheet.showModal();
    }
    if (this.pane.active) this.pane.scrollTo(this.pane.active);
    if (this.owed || document.activeElement === document.body) this.focusQuietly(this.owed ?? focused);
  }

  // Escape goes back to the number; n and p step through the citations, but not while one types.
  pressed(event) {
    const [target] = event.composedPath();
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && !this.card.close() && this.isOurs(event)) this.returnToChip();
    if (isTyping(target)) return;
    if (event.key === "n") this.stepBy(1);
    if (event.key === "p") this.stepBy(-1);
  }

  // Escape in a menu or a dialog of Streamlit's is meant for that; the sheet closes by itself.
  isOurs(event) {
    const [target] = event.composedPath();
    const near = event.composedPath().includes(this.desk) || target.closest?.("[data-testid=stChatInput]");
    return !this.sheet.open && (near || target === document.body);
  }

  stepBy(by) {
    if (!document.querySelector("[role=dialog]")) this.pane.step(by); // one of Streamlit's own
  }

  // The pane stands beside the conversation, or in a sheet over it where there is no room.
  place() {
    if (this.sheet.open) this.closeSheet();
    (this.narrow.matches ? this.sheet : this.side).append(this.pane.node);
  }

  update(data, send) {
    const before = this.data;
    this.data = data;
    this.send = send;
    this.pane.documents = data.documents;
    this.drawExchanges();
    rememberBrowser(data.browser);
    placeFeedback(this.exchanges, data, send);
    this.drawAstray();
    this.welcome.replaceChildren(...(data.exchanges.length ? [] : drawWelcome(data, this.actions())));
    this.desk.classList.toggle("empty", data.exchanges.length === 0);
    this.announcer.follow(data.exchanges, data.strings);
    if (JSON.stringify(shownOf(before)) !== JSON.stringify(shownOf(data))) this.presentLast();
    showReading(this, before, data);
    if (lastBegan(before?.exchanges ?? [], data.exchanges)) this.scrollToLast();
    if (before?.linked[0]?.link !== data.linked[0]?.link) this.followLink();
  }

  actions() {
    return {
      show: (mark, button) => this.show(mark, button),
      quote: (place, chip) => this.quiet || this.card.openSoon(place, chip),
      unquote: () => this.card.closeSoon(),
      ask: (question) => this.send("ask", question),
      revise: (exchange, question) => this.send("revise", { exchange, question }),
      retry: () => this.send("retry", true),
      stop: () => this.send("stop", true),
      openSource: (event) => { this.opener = event.currentTarget; this.openSheet(); },
    };
  }

  drawExchanges() {
    const { exchanges, strings, longest_question: longest } = this.data;
    const editable = !["waiting", "writing"].includes(exchanges.at(-1)?.state);
    reconcile(this.exchanges, exchanges.map((exchange) => {
      const data = { exchange, editable, longest };
      return { key: exchange.id, data, draw: () => drawExchange(data, strings, this.actions()) };
    }));
  }

  drawAstray() {
    const { link_notice: notice, strings } = this.data;
    if (this.astray.notice === notice) return;
    this.astray.notice = notice;
    this.astray.replaceChildren(...(notice ? [element("div", { class: "card", role: "alert" },
      icon("failed"), element("p", { text: notice }),
      iconButton("close", strings.dismiss, () => this.astray.replaceChildren()))] : []));
  }

  presentLast() {
    const last = this.data.exchanges.findLast((exchange) => exchange.places);
    const chosen = last?.places.find(({ mark }) => mark === this.pane.active?.mark);
    if (chosen) this.pane.choose(last.places, chosen.mark); // more of an answer has come
    else if (!last && this.data.linked.length) this.followLink();
    else this.pane.present(last ? last.places : [], this.data.first_document);
    this.press(chosen ? chosen.mark : null);
  }

  followLink() {
    const [place] = this.data.linked;
    if (!place) return;
    this.openSheet();
    this.pane.choose([place], place.mark);
  }

  scrollToLast() {
    this.exchanges.lastElementChild?.scrollIntoView({ block: "start" });
  }

  show(mark, button) {
    this.opener = button ?? this.chip(mark);
    this.card.close();
    this.openSheet();
    this.pane.choose(this.placesWith(mark), mark);
    this.press(mark);
    this.announcer.say(`${this.pane.active.label} ${this.pane.active.explanation}`);
  }

  // The focus goes along from number to number, and stays where it is elsewhere.
  step(mark) {
    const onChip = this.exchanges.getRootNode().activeElement?.classList.contains("chip");
    this.show(mark);
    if (onChip) this.focusQuietly(this.opener);
  }

  placesWith(mark) {
    for (const { places = [], retrieval } of this.data.exchanges) {
      if (places.some((place) => place.mark === mark)) return places;
      const read = retrieval?.passages.find(({ place }) => place.mark === mark);
      if (read) return [...places.filter(({ number }) => number), read.place];
    }
    return this.data.linked;
  }

  chip(mark) {
    return this.exchanges.querySelector(`[data-mark="${CSS.escape(mark)}"]`);
  }

  // To the number that was chosen last, or the first one of the newest answer.
  returnToChip() {
    const newest = this.exchanges.lastElementChild?.querySelector(".chip");
    this.focusQuietly(this.desk.contains(this.opener) ? this.opener : newest);
  }

  focusQuietly(chip) {
    this.owed = this.desk.isConnected ? null : chip;
    this.quiet = true; // or the card would cover what was just looked at
    chip?.focus();
    this.quiet = false;
  }

  openSheet() {
    if (this.narrow.matches && !this.sheet.open) this.sheet.showModal();
  }

  closeSheet() {
    this.quiet = true; // the dialog gives the focus back by itself, before it says that it closed
    this.sheet.close();
  }

  press(mark) {
    for (const chip of this.exchanges.querySelectorAll("[data-mark]")) {
      chip.setAttribute("aria-pressed", String(chip.dataset.mark === mark));
    }
  }
}

function isTyping(node) {
  return node.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(node.tagName);
}

// What the pane depends on.
function shownOf(data) {
  return data && [data.first_document, data.exchanges.map(({ id, question, places }) => [id, question, places])];
}

// Says whether a question was asked or has got the first of its answer; what follows moves nothing.
function lastBegan(before, now) {
  const [old, last] = [before.at(-1), now.at(-1)];
  if (!last) return false;
  const same = old?.id === last.id && old.question === last.question;
  return !same || (old.state === "waiting") !== (last.state === "waiting");
}

// Streamlit may take the page out and mount it anew, above all when an answer is complete.
let kept = null;

export default function ({ data, parentElement, setTriggerValue }) {
  kept ??= new Desk(parentElement, data.strings);
  if (kept.root !== parentElement) kept.moveTo(parentElement);
  kept.update(data, setTriggerValue);
}
