// What travels: a length (uint32), a JSON head of that length, and arrays at the places after it that the head names.
// Heavy arrays come once, with a `keep` in their head, and lie on a shelf by that name; the head of a map is light.

const shelf = new Map(), waiting = new Set(), MOST_KEPT = 12;

function opened(data) {
  const length = new DataView(data.buffer, data.byteOffset).getUint32(0, true);
  return { head: JSON.parse(new TextDecoder().decode(data.subarray(4, 4 + length))), bytes: data.subarray(4 + length) };
}

function array(bytes, [kind, start, count]) {
  const type = { float32: Float32Array, uint8: Uint8Array, uint16: Uint16Array }[kind];
  return new type(bytes.slice(start, start + count * type.BYTES_PER_ELEMENT).buffer);
}

function kept(name) {
  const what = shelf.get(name);
  if (what && shelf.delete(name)) shelf.set(name, what); // the last that is given away
  return what;
}

function keep(name, what) {
  shelf.delete(name);
  shelf.set(name, what);
  while (shelf.size > MOST_KEPT) shelf.delete(shelf.keys().next().value);
  for (const map of [...waiting]) map.update(map.data, map.tell);
}

// The texts of a large map stay on the server: one is asked for when the pointer rests on its point.
const voices = new Map(), REST = 120; // by the name of the points: how to ask, and what was said; milliseconds

function speak({ speaks, point, text }, tell) {
  const voice = voices.get(speaks) ?? { said: new Map() };
  voice.ask = (wanted) => tell("asked", { point: wanted });
  voices.set(speaks, voice);
  if (point < 0) return;
  voice.said.set(point, text);
  voice.heard?.(point);
}

function ask(map, point, panel) {
  clearTimeout(map.resting);
  const voice = voices.get(map.head.points);
  if (point < 0 || !voice || voice.said.has(point)) return;
  voice.heard = (told) => told === map.hovered && panel.say(told);
  map.resting = setTimeout(() => point === map.hovered && voice.ask(point), REST);
}
