// Rankings next to each other: cards of documents. Every text is put in as text, never as markup.

function make(tag, kind, parent, text) {
  const element = document.createElement(tag);
  if (kind) element.className = kind;
  if (text !== undefined && text !== null) element.textContent = text;
  parent?.append(element);
  return element;
}

function passage(card, parent, words) {
  const line = make("p", card.unread ? "passage unread" : "passage", parent);
  if (card.before) line.append("… ");
  for (const [text, hit] of card.pieces) hit ? make("mark", "", line, text) : line.append(text);
  if (card.after) line.append(" …");
  if (!card.whole) return;
  const more = make("details", "", parent);
  make("summary", "", more, words.whole);
  make("p", "passage", more, card.whole);
}

function show(card, parent, words) {
  const box = make("article", "card", parent);
  box.dataset.id = card.id;
  const head = make("header", "", box);
  make("b", "rank", head, card.rank);
  for (const arrow of card.arrows) make("span", `arrow ${arrow.way}`, head, arrow.text).title = arrow.title;
  make("span", `badge ${card.kind}`, head, card.grade);
  make("span", "score", head, card.score);
  make("code", "", head, card.id);
  if (card.title) make("h4", "", box, card.title);
  passage(card, box, words);
  if (card.cut) make("p", "cut", box, card.cut);
}

function column(one, parent, words) {
  const side = make("section", "side", parent);
  make("h3", "", side, one.title);
  if (one.note) make("p", "note", side, one.note);
  if (one.missed.length) {
    make("p", "note strong", side, words.missed);
    for (const card of one.missed) show(card, side, words);
    make("p", "note strong", side, words.found);
  }
  for (const card of one.found) show(card, side, words);
}

// The same document lights up on every side.
function link(box) {
  const light = (event, on) => {
    const id = event.target.closest?.(".card")?.dataset.id;
    for (const card of box.querySelectorAll(".card")) card.classList.toggle("lit", on && id !== undefined && card.dataset.id === id);
  };
  box.addEventListener("mouseover", (event) => light(event, true));
  box.addEventListener("mouseleave", (event) => light(event, false));
}

export default function ({ data, parentElement }) {
  parentElement.querySelector(".rankings")?.remove();
  const box = make("div", "rankings", parentElement);
  box.dataset.count = data.sides.length;
  for (const one of data.sides) column(one, box, data.words);
  link(box);
}
