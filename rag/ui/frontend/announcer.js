// Tells a screen reader what comes, each thing once.

class Announcer {
  constructor(answers, doings) {
    this.answers = answers; // where an answer is heard, sentence by sentence
    this.doings = doings; // where it is heard what a click has done
    this.heard = null;
  }

  say(text) {
    this.doings.replaceChildren(element("p", { text }));
  }

  // The last exchange alone is news; what stands there when the page is opened is not.
  follow(exchanges, strings) {
    const last = exchanges.at(-1);
    const first = this.heard === null;
    const asked = last && `${last.id} ${last.question}`;
    if (first || last?.state === "waiting" || asked !== this.asked) this.forget();
    this.asked = asked;
    if (!last) return;
    for (const text of newsOf(last, strings)) {
      if (this.heard.has(text)) continue;
      this.heard.add(text);
      if (!first) this.answers.append(element("p", { text }));
    }
  }

  forget() {
    this.heard = new Set();
    this.answers.replaceChildren();
  }
}

function newsOf(exchange, strings) {
  switch (exchange.state) {
    case "waiting": return [strings.waiting];
    case "failed": return [`${strings.failed}. ${exchange.message}`];
    case "not_in_sources": return [
      `${strings.refusal} ${exchange.nearest.length ? strings.refusal_text : strings.refusal_empty}`,
      exchange.notice].filter(Boolean);
    default: return [
      exchange.short_answer,
      ...(exchange.facts ?? []), // none while it is written
      ...exchange.claims.map((claim) => claimNews(claim, exchange, strings)),
      exchange.checked, exchange.notice, exchange.left_out].filter(Boolean);
  }
}

function claimNews(claim, { places }, strings) {
  const [rejection] = claim.rejections;
  if (rejection) return `${strings.unverified}${claim.text} ${rejection.word}. ${rejection.reason}`;
  const labels = places.filter(({ mark }) => claim.marks.includes(mark)).map(({ label }) => label);
  return [claim.text, ...labels].join(" ");
}
