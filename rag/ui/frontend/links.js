// Copies the address of a place, and says whether that went well.

const SAID_FOR = 2000; // milliseconds

class LinkButton {
  constructor(strings, say) {
    this.strings = strings;
    this.say = say;
    this.link = "";
    this.button = iconButton("link", strings.copy_link, () => this.copy());
    this.said = element("span", { class: "copied", hidden: "", text: strings.copied });
    this.byHand = element("label", { class: "by-hand", hidden: "" },
      element("span", { text: strings.not_copied }),
      this.address = element("input", { readonly: "", on: { focus: () => this.address.select() } }));
  }

  show(link) {
    this.link = link;
    this.byHand.hidden = true;
    this.said.hidden = true;
  }

  async copy() {
    const address = new URL(this.link, location.origin + location.pathname).href;
    if (await copied(address, this.button)) this.tell();
    else this.offer(address);
  }

  tell() {
    this.said.hidden = false;
    this.say(this.strings.copied);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { this.said.hidden = true; }, SAID_FOR);
  }

  offer(address) {
    this.address.value = address;
    this.byHand.hidden = false;
    this.address.focus();
  }
}

// The clipboard may be missing or forbidden: a page that is not served over https has none.
async function copied(text, near) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedTheOldWay(text, near);
  }
}

function copiedTheOldWay(text, near) {
  const box = element("textarea", { class: "unseen", "aria-hidden": "true" });
  box.value = text;
  near.after(box);
  box.select();
  const done = document.execCommand("copy");
  box.remove();
  near.focus();
  return done;
}
