// The numbers in the margin of a source, and the ticks beside its scrollbar.

const NUMBER_HEIGHT = 26; // pixels that a number takes; those of one line stand below each other

class Margin {
  constructor(onChoose) {
    this.onChoose = onChoose;
    this.numbers = element("div", { class: "numbers" });
    this.ticks = element("div", { class: "ticks", "aria-hidden": "true" });
    this.places = [];
  }

  // `entries` are { place, piece }, each place with the first piece of it.
  draw(entries) {
    this.entries = entries;
    this.numbers.replaceChildren(...entries.map(({ place }) => this.drawNumber(place)));
    this.ticks.replaceChildren(...entries.map(({ place }) => this.drawTick(place)));
    this.put();
  }

  drawNumber(place) {
    return element("button", {
      type: "button", class: "number", "data-mark": place.mark, "aria-label": place.label, text: place.number,
      on: { click: () => this.onChoose(place.mark) },
    });
  }

  drawTick(place) {
    return element("button", {
      type: "button", class: "tick", tabindex: "-1", "data-mark": place.mark, title: place.number,
      on: { click: () => this.onChoose(place.mark) },
    });
  }

  // Puts each number on the line where its words begin, and each tick in proportion.
  put() {
    const flow = this.numbers.parentElement;
    if (!flow?.offsetWidth || !this.entries) return; // in a closed sheet nothing has a place
    const start = flow.getBoundingClientRect().top;
    const whole = flow.parentElement.scrollHeight;
    const tops = this.entries.map(({ piece }) => piece.getClientRects()[0].top - start);
    let free = 0;
    const downwards = tops.map((_, at) => at).sort((a, b) => tops[a] - tops[b]);
    for (const at of downwards) {
      const top = Math.max(tops[at], free);
      free = top + NUMBER_HEIGHT;
      this.numbers.children[at].style.top = `${top}px`;
      this.ticks.children[at].style.top = `${(100 * (tops[at] + flow.offsetTop)) / whole}%`;
    }
  }

  light(active) {
    for (const node of [...this.numbers.children, ...this.ticks.children]) {
      node.classList.toggle("active", node.dataset.mark === active?.mark);
    }
  }
}
