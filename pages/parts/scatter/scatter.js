// The same points in one or more linked panels: one view, one selection, one legend for all of them.

const maps = new WeakMap();
const SQUEEZED = 2; // times as far out as nearly all points are: further ones are seen after the press of a button only
const MOST_PAINTED = 200_000; // points that are painted without anybody's noticing that there is no graphics card

class Scatter {
  constructor(parent) {
    this.root = parent.getRootNode();
    this.box = make("div", "scatter", parent);
    this.bar = make("div", "bar", this.box);
    this.panels = make("div", "panels", this.box);
    this.legend = make("div", "legend", this.box);
    this.all = [];
    this.tool = "pan";
    this.view = { x: 0, y: 0, zoom: 1 };
    this.turn = { yaw: 0.5, pitch: 0.3 };
    this.hovered = this.picked = -1;
    this.chosen = this.front = this.sent = 0;
    this.watch = new ResizeObserver(() => this.fit() && this.redraw());
    this.watch.observe(this.panels);
    this.dark = window.matchMedia("(prefers-color-scheme: dark)");
    this.redraws = () => setTimeout(() => { this.dress(); this.redraw(); }, 50);
    this.dark.addEventListener("change", this.redraws);
  }

  get shown() { return this.all[this.front]; }

  // What Python has to show now; the view stays while the points are the same. Waits until the heavy arrays are there.
  update(data, tell) {
    Object.assign(this, { data, tell });
    const { head, bytes } = opened(data), points = kept(head.points), colours = kept(head.colours);
    if (!points || !colours) return void waiting.add(this);
    waiting.delete(this);
    const fresh = head.points !== this.head?.points, coloured = head.colours !== this.head?.colours;
    Object.assign(this, { head, words: head.words });
    if (fresh) this.reset(points);
    this.arrange(head);
    if (fresh || coloured) this.colour(colours);
    this.picked = head.picked;
    if (head.heard >= this.sent && head.selection !== this.selection) this.take(head, bytes);
    this.dress();
    drawBar(this);
    this.resize();
  }

  reset({ head, bytes }) {
    this.solid = head.solid;
    this.places = head.panels.map((panel) => array(bytes, panel));
    this.marks = array(bytes, head.marks);
    this.flags = new Uint8Array(this.marks.length);
    this.whole = Math.max(1, ...this.places.map((places) => farthest(places, this.solid)));
    this.reach = Math.max(1.5, this.whole);
    this.selection = "";
    this.drawn = null;
    this.chosen = 0;
    this.tool = this.solid ? "turn" : "pan";
    this.home(this.whole > SQUEEZED ? 1 : this.whole); // a few texts far out shall not make one dot of all others
    while (this.all.length > this.places.length) { const gone = this.all.pop(); gone.points.end?.(); gone.box.remove(); }
    while (this.all.length < this.places.length) this.all.push(new Panel(this, this.all.length));
    this.front = Math.min(this.front, this.all.length - 1);
  }

  // All panels, or the one in front; where it changes, the points move there from where they were.
  arrange(head) {
    const alone = head.alone && this.all.length > 1, before = this.front;
    if (!alone) this.front = 0;
    else if (head.front !== this.asked) this.front = Math.min(head.front, this.all.length - 1);
    this.asked = head.front;
    this.all.forEach((panel, at) => (panel.box.hidden = alone && at !== this.front));
    this.panels.dataset.count = alone ? 1 : Math.min(this.all.length, 2);
    if (this.front !== before && this.drawn) drawLegend(this);
  }

  bring(at) {
    if (at === this.front) return;
    const before = this.shown.spots;
    this.front = at;
    this.all.forEach((panel, number) => (panel.box.hidden = number !== at));
    this.resize();
    this.shown.glide(before);
    this.shown.over.focus({ preventScroll: true });
    drawBar(this);
    drawLegend(this);
    this.hear("front", { panel: at });
  }

  colour({ head, bytes }) {
    this.colours = head;
    this.values = head.values.map((values) => array(bytes, values));
    this.extra = head.extra.map((one) => ({ ...one, codes: array(bytes, one.codes) }));
    this.palette = new Uint8Array(1024);
    head.palette.forEach((hex, at) =>
      this.palette.set([...[1, 3, 5].map((from) => parseInt(hex.slice(from, from + 2), 16)), 255], 4 * at));
    const shades = (this.drawn = this.values.map((values) => this.shades(values)));
    this.all.forEach((panel, at) => panel.show(this.places[at], shades[at], this.head.panels[at].title));
    this.names = this.members(shades);
    drawLegend(this);
  }

  // The palette's entry of every point: its group, or its number between the legend's ends; 255 is "no value".
  shades(values) {
    const { numbers } = this.colours;
    if (!numbers) return values;
    const width = numbers.high - numbers.low || 1, shades = new Uint8Array(values.length);
    for (let at = 0; at < values.length; at++) {
      const share = (values[at] - numbers.low) / width;
      shades[at] = Number.isNaN(share) ? 255 : Math.round(254 * Math.max(0, Math.min(1, share)));
    }
    return shades;
  }

  // For the names on the map, at most some hundred members of each group in each panel.
  members(shades) {
    return this.colours.groups.slice(0, this.colours.named).map((group, at) => ({
      name: group.name,
      members: shades.map((shade) => {
        const found = [];
        shade.forEach((one, point) => one === at && found.push(point));
        return found.filter((_, place) => place % Math.max(1, Math.floor(found.length / 300)) === 0);
      }),
    }));
  }

  // A selection that was made elsewhere: a bit for every point.
  take(head, bytes) {
    this.selection = head.selection;
    this.chosen = head.count;
    const bits = head.count ? array(bytes, head.bits) : null;
    for (let point = 0; point < this.flags.length; point++)
      this.flags[point] = !bits ? PLAIN : bits[point >> 3] & (128 >> (point & 7)) ? CHOSEN : FADED;
    this.all.forEach((panel) => panel.points.put("flag", this.flags));
  }

  // Colours of the page, light or dark.
  dress() {
    const style = getComputedStyle(this.box), read = (name, otherwise) => style.getPropertyValue(name).trim() || otherwise;
    this.look = {
      text: style.color, back: read("--st-background-color", "#fff"),
      accent: read("--st-primary-color", "#0072b2"), font: read("--st-font", "sans-serif"),
    };
    const parts = style.color.match(/[\d.]+/g).map(Number), light = (parts[0] + parts[1] + parts[2]) / 3 > 128;
    this.veil = light ? [0.65, 0.65, 0.65, 0.16] : [0.55, 0.55, 0.55, 0.18];
  }

  fit() { return this.all.filter((panel) => panel.fit()).length > 0; }

  resize() {
    this.fit();
    this.redraw();
  }

  redraw() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      if (!this.all.filter((panel) => panel.draw()).length) return;
      this.box.dataset.drawn = performance.now();
      this.rested ??= (window.requestIdleCallback ?? setTimeout)(() => this.rest());
      if (!this.head.asks || this.answered) return;
      this.answered = true;
      setTimeout(() => this.hear("drawn", {}));
    });
  }

  // When the first picture is there, a graphics card takes over, if there is one.
  async rest() {
    const fast = await askForCard();
    if (!this.box.isConnected) return;
    if (fast) return this.all.forEach((panel) => panel.useCard());
    this.slow = true;
    this.count();
  }

  pan(dx, dy) {
    this.view.x = Math.max(-this.reach, Math.min(this.reach, this.view.x + dx));
    this.view.y = Math.max(-this.reach, Math.min(this.reach, this.view.y + dy));
    this.redraw();
  }

  rotate(yaw, pitch) {
    this.turn = { yaw: this.turn.yaw + yaw, pitch: Math.max(-1.57, Math.min(1.57, this.turn.pitch + pitch)) };
    this.all.forEach((panel) => panel.lay());
    this.redraw();
  }

  zoom(factor, panel, at) {
    const before = panel.toData(...at);
    this.view.zoom = Math.max(0.5 / this.reach, Math.min(200, this.view.zoom * factor));
    const after = panel.toData(...at);
    this.pan(before[0] - after[0], before[1] - after[1]);
  }

  home(whole = this.whole) {
    Object.assign(this.view, { x: 0, y: 0, zoom: 1 / whole });
    this.turn = { yaw: 0.5, pitch: 0.3 };
    if (this.solid) this.all.forEach((panel) => panel.places && panel.lay());
    this.redraw();
  }

  hover(point, panel) {
    if (point === this.hovered) return;
    this.hovered = point;
    this.all.forEach((one) => one.say(one === panel ? point : -1));
    this.redraw();
    ask(this, point, panel);
  }

  describe(point, panel) {
    const { numbers, groups, title } = this.colours, value = this.values[panel.number][point];
    const said = numbers ? (Number.isNaN(value) ? this.words.missing : format(value)) : groups[value]?.name ?? this.words.missing;
    const more = this.extra.map((one) => `${one.title}${one.title ? ": " : ""}${one.names[one.codes[point]] ?? this.words.missing}`);
    const text = voices.get(this.head.points)?.said.get(point);
    return [`${title}: ${said}`, ...more, ...(text ? [text] : [])];
  }

  pick(point) {
    if (point === this.picked) return;
    this.picked = point;
    this.hear("picked", { point: point < 0 ? null : point });
    this.redraw();
  }

  // Python hears of everything that happens, of the same thing twice too.
  hear(what, said) {
    this.told = (this.told ?? 0) + 1;
    this.tell(what, { ...said, told: this.told });
  }

  // A line drawn in a panel as it stands in the address.
  lineRule(panel, corners) {
    const turn = this.solid ? `${this.turn.yaw.toFixed(4)},${this.turn.pitch.toFixed(4)}` : "";
    return `lasso:${this.head.points.slice(0, 8)}:${panel}:${turn}:${corners.flat().join(" ")}`;
  }

  // Selected here at once; Python hears by which rule, and answers with what the rules hold together.
  choose(points, add, rule) {
    if (!add || !this.chosen) this.flags.fill(points.length ? FADED : PLAIN);
    for (const point of points) this.flags[point] = CHOSEN;
    this.chosen = this.flags.reduce((count, flag) => count + (flag === CHOSEN), 0);
    this.all.forEach((panel) => panel.points.put("flag", this.flags));
    this.sent = Math.max(this.sent, this.head.heard) + 1;
    this.tell("chosen", { rule: points.length ? rule : "", add, sent: this.sent });
    this.count();
    this.redraw();
  }

  clear() {
    if (this.chosen) this.choose([], false, "");
    this.pick(-1);
  }

  count() {
    const drawn = this.words.drawn.replace("{n}", this.flags.length.toLocaleString());
    const chosen = this.words.chosen.replace("{n}", this.chosen.toLocaleString());
    this.state.textContent = [this.chosen ? chosen : drawn, this.slow && this.flags.length > MOST_PAINTED ? this.words.slow : ""].filter(Boolean).join(" · ");
  }

  end() {
    waiting.delete(this);
    clearTimeout(this.resting);
    this.watch.disconnect();
    this.dark.removeEventListener("change", this.redraws);
    this.all.forEach((panel) => panel.points.end?.());
    this.box.remove();
  }
}

// How far out the farthest place is: along an axis, or in space, where it may be turned to any side, from the middle.
function farthest(places, solid) {
  let most = 0;
  if (!solid) return places.reduce((far, one) => Math.max(far, Math.abs(one)), 0);
  for (let at = 0; at < places.length; at += 3) most = Math.max(most, places[at] ** 2 + places[at + 1] ** 2 + places[at + 2] ** 2);
  return Math.sqrt(most);
}

export default function ({ data, parentElement, setStateValue }) {
  const what = opened(data);
  if (what.head.speaks) return void speak(what.head, setStateValue);
  if (what.head.keep) return void keep(what.head.keep, what);
  if (!maps.has(parentElement)) maps.set(parentElement, new Scatter(parentElement));
  maps.get(parentElement).update(data, setStateValue);
  return () => {
    maps.get(parentElement)?.end();
    maps.delete(parentElement);
  };
}
