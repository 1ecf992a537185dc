// The card beside a number: the words that it stands for, while it is pointed at or has the focus.

const OPEN_AFTER = 70; // milliseconds of pointing; passing over a number opens nothing
const CLOSE_AFTER = 180; // time enough to move the pointer from the number into the card
const APART = 8;

class QuotationCard {
  constructor() {
    this.number = element("span", { class: "badge" });
    this.verdict = element("strong");
    this.page = element("span", { class: "page" });
    this.quote = element("blockquote", { dir: "auto" });
    this.title = element("p", { class: "card-title", dir: "auto" });
    this.explanation = element("p", { class: "explanation" });
    this.node = element("div", {
      class: "quotation", popover: "manual", "aria-hidden": "true", // a number's label says as much
      on: {
        pointerenter: () => clearTimeout(this.timer),
        pointerleave: () => this.closeSoon(),
      },
    },
      element("p", { class: "card-head" }, this.number, this.verdict, this.page),
      this.quote, this.explanation, this.title);
  }

  openSoon(place, chip) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.open(place, chip), this.isOpen ? 0 : OPEN_AFTER);
  }

  closeSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.close(), CLOSE_AFTER);
  }

  get isOpen() {
    return this.node.matches(":popover-open");
  }

  open(place, chip) {
    if (!chip.isConnected) return;
    write(this.number, place.number);
    this.verdict.replaceChildren(icon(place.verdict), element("span", { text: place.verdict_name }));
    this.node.dataset.verdict = place.verdict;
    write(this.page, place.page);
    write(this.quote, place.quote);
    write(this.explanation, place.explanation);
    write(this.title, place.title);
    this.node.showPopover();
    this.chip = chip;
    this.follow();
  }

  // Stays beside its number when something is scrolled; what has the focus is often scrolled into view.
  follow() {
    if (!this.isOpen) return;
    const chip = this.chip.getBoundingClientRect();
    if (chip.bottom > 0 && chip.top < innerHeight) this.put(chip);
    else this.close();
  }

  // Under the number, or over it where there is no room; always within the window.
  put(chip) {
    const card = this.node.getBoundingClientRect();
    const below = chip.bottom + APART;
    const top = below + card.height <= innerHeight - APART ? below : Math.max(APART, chip.top - APART - card.height);
    const left = Math.min(Math.max(APART, chip.left - 24), innerWidth - card.width - APART);
    this.node.style.translate = `${Math.round(left)}px ${Math.round(top)}px`;
  }

  close() {
    clearTimeout(this.timer);
    const was = this.isOpen;
    if (was) this.node.hidePopover();
    return was;
  }
}
