"use strict";
{
  const cases = [...document.querySelectorAll(".case")];
  const field = (id) => document.getElementById(id);
  const chosen = () => document.querySelector('input[name="outcome"]:checked').value;

  const open = (box, wanted) => {
    box.querySelector(".detail").hidden = !wanted;
    box.querySelector(".asked button").setAttribute("aria-expanded", String(wanted));
    box.classList.toggle("open", wanted);
  };

  const filter = () => {
    const words = field("words").value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = { outcome: chosen(), type: field("type")?.value, document: field("document")?.value };
    let shown = 0;
    for (const box of cases) {
      const fits = Object.entries(wanted).every(([key, value]) => !value || box.dataset[key] === value);
      box.hidden = !(fits && words.every((word) => box.dataset.words.includes(word)));
      shown += !box.hidden;
    }
    field("shown").textContent = shown;
    field("nothing").hidden = shown > 0;
  };

  const clear = () => {
    field("words").value = "";
    for (const id of ["type", "document"]) if (field(id)) field(id).value = "";
    document.querySelector('input[name="outcome"]').checked = true;
    filter();
    field("words").focus();
  };

  /* Lights up the words of a citation and brings them into view. */
  const show = (chip) => {
    const box = chip.closest(".detail");
    for (const other of box.querySelectorAll(".chip, mark")) {
      const same = other.dataset.number === chip.dataset.number;
      if (other.matches(".chip")) other.setAttribute("aria-pressed", String(same));
      else other.classList.toggle("active", same);
    }
    const words = box.querySelector("mark.active");
    words?.scrollIntoView({ block: "center" });
    words?.focus({ preventScroll: true });
  };

  /* A citation that is cut by other marks has its number only at its beginning. */
  for (const text of document.querySelectorAll(".text")) {
    let before;
    for (const mark of text.querySelectorAll("mark.cited")) {
      const number = mark.dataset.number;
      mark.classList.toggle("more", before?.nextSibling === mark && before.dataset.number === number);
      before = mark;
    }
  }

  document.querySelector(".cases")?.addEventListener("click", (event) => {
    const chip = event.target.closest(".chip");
    const line = event.target.closest(".line");
    if (chip) show(chip);
    else if (line && !getSelection().toString()) {
      const box = line.parentElement;
      open(box, !box.classList.contains("open"));
    }
  });
  for (const input of document.querySelectorAll(".filters input, .filters select")) {
    input.addEventListener("input", filter);
  }
  field("clear").addEventListener("click", clear);

  const follow = () => {
    const box = cases.find((each) => `#${each.id}` === location.hash);
    if (box) { open(box, true); box.scrollIntoView(); }
  };
  addEventListener("hashchange", follow);
  follow();
  filter();
}
