// The same points in one or more linked panels: one view, one selection, one legend for all of them.
//
// `data` is a length (uint32), a JSON head of that length, and arrays at the places after it that the head names.

const ICONS = {
  pan: "M8 1l2 3H9v3h3V6l3 2-3 2V9H9v3h1l-2 3-2-3h1V9H4v1L1 8l3-2v1h3V4H6z",
  lasso: "M8 2c4 0 6 2 6 4s-2 4-6 4c-1 0-2 0-3-.4C4.600 11 5 12.500 6 14H4.500C3.600 12.500 3.300 10.800 3.700 9 2.600 8.200 2 7.200 2 6c0-2 2-4 6-4zm0 1.500C5 3.500 3.500 4.700 3.500 6S5 8.500 8 8.500s4.500-1.200 4.500-2.500S11 3.500 8 3.500z",
  box: "M2 2h3v1.500H3.500V5H2zm9 0h3v3h-1.500V3.500H11zM2 11h1.500v1.500H5V14H2zm10.500 0H14v3h-3v-1.500h1.500zM6.500 2h3v1.500h-3zm0 10.500h3V14h-3zM2 6.500h1.500v3H2zm10.500 0H14v3h-1.500z",
  nearer: "M7.200 3h1.600v4.200H13v1.600H8.800V13H7.200V8.800H3V7.200h4.200z",
  farther: "M3 7.200h10v1.600H3z",
  home: "M8 2l6 5.500-1 1L12 7.700V14H9.200v-4H6.800v4H4V7.700l-1 .8-1-1z",
  clear: "M4 3l4 4 4-4 1 1-4 4 4 4-1 1-4-4-4 4-1-1 4-4-4-4z",
};

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
    this.hovered = this.picked = this.linesOf = -1;
    this.chosen = 0;
    this.watch = new ResizeObserver(() => this.resize());
    this.watch.observe(this.panels);
    this.dark = window.matchMedia("(prefers-color-scheme: dark)");
    this.redraws = () => setTimeout(() => { this.dress(); this.redraw(); }, 50);
    this.dark.addEventListener("change", this.redraws);
  }

  // What Python has to show now; the view and the selection stay while the points are the same.
  update(bytes, tell) {
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
    bytes = bytes.subarray(4 + length);
    this.tell = tell;
    this.words = head.words;
    const fresh = head.points !== this.head?.points, coloured = head.colours !== this.head?.colours;
    this.head = head;
    if (fresh) this.reset(head, bytes);
    if (fresh || coloured) this.colour(head, bytes);
    this.picked = head.picked;
    this.linesOf = head.picked;
    this.lines = head.lines;
    this.dress();
    this.buttons();
    this.resize();
  }

  array(bytes, [kind, start, count]) {
    const type = { float32: Float32Array, uint8: Uint8Array, uint16: Uint16Array }[kind];
    return new type(bytes.slice(start, start + count * type.BYTES_PER_ELEMENT).buffer);
  }

  reset(head, bytes) {
    this.places = head.panels.map((panel) => this.array(bytes, panel.places));
    this.flags = new Uint8Array(head.count);
    this.reach = Math.max(1.5, ...this.places.map((places) => places.reduce((far, one) => Math.max(far, Math.abs(one)), 0)));
    this.chosen = 0;
    this.home();
    while (this.all.length > head.panels.length) { const gone = this.all.pop(); gone.points.end(); gone.box.remove(); }
    while (this.all.length < head.panels.length) this.all.push(new Panel(this, this.all.length));
    this.panels.dataset.count = Math.min(head.panels.length, 2);
  }

  colour(head, bytes) {
    this.values = head.panels.map((panel) => this.array(bytes, panel.values));
    this.extra = head.extra.map((one) => ({ ...one, codes: this.array(bytes, one.codes) }));
    this.palette = new Uint8Array(1024);
    head.palette.forEach((hex, at) =>
      this.palette.set([...[1, 3, 5].map((from) => parseInt(hex.slice(from, from + 2), 16)), 255], 4 * at));
    const shades = this.values.map((values) => this.shades(values));
    this.all.forEach((panel, at) => panel.show(this.places[at], shades[at], head.panels[at].title));
    this.names = this.middles(shades);
    this.drawLegend(shades);
  }

  // The palette's entry of every point: its group, or its number between the legend's ends; 255 is "no value".
  shades(values) {
    const { numbers } = this.head;
    if (!numbers) return values;
    const width = numbers.high - numbers.low || 1, shades = new Uint8Array(values.length);
    for (let at = 0; at < values.length; at++) {
      const share = (values[at] - numbers.low) / width;
      shades[at] = Number.isNaN(share) ? 255 : Math.round(254 * Math.max(0, Math.min(1, share)));
    }
    return shades;
  }

  // Where the names of groups stand: the median of the group's places in each panel.
  middles(shades) {
    return this.head.groups.slice(0, this.head.named).map((group, at) => ({
      name: group.name,
      middles: this.places.map((places, panel) => {
        const xs = [], ys = [];
        for (let point = 0; point < this.flags.length; point++)
          if (shades[panel][point] === at) { xs.push(places[2 * point]); ys.push(places[2 * point + 1]); }
        xs.sort((a, b) => a - b);
        ys.sort((a, b) => a - b);
        return xs.length ? [xs[xs.length >> 1], ys[ys.length >> 1]] : [9, 9];
      }),
    }));
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

  resize() {
    this.all.forEach((panel) => panel.fit());
    this.redraw();
  }

  redraw() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.all.forEach((panel) => panel.draw());
    });
  }

  pan(dx, dy) {
    this.view.x = Math.max(-this.reach, Math.min(this.reach, this.view.x + dx));
    this.view.y = Math.max(-this.reach, Math.min(this.reach, this.view.y + dy));
    this.redraw();
  }

  zoom(factor, panel, at) {
    const before = panel.toData(...at);
    this.view.zoom = Math.max(0.5 / this.reach, Math.min(200, this.view.zoom * factor));
    const after = panel.toData(...at);
    this.pan(before[0] - after[0], before[1] - after[1]);
  }

  home() {
    Object.assign(this.view, { x: 0, y: 0, zoom: 1 });
    this.redraw();
  }

  hover(point, panel) {
    if (point === this.hovered) return;
    this.hovered = point;
    this.all.forEach((one) => one.say(one === panel ? point : -1));
    this.redraw();
  }

  describe(point, panel) {
    const { numbers, groups, title } = this.head, value = this.values[panel.number][point];
    const said = numbers ? (Number.isNaN(value) ? this.words.missing : format(value)) : groups[value]?.name ?? this.words.missing;
    return [`${title}: ${said}`, ...this.extra.map((one) => `${one.title}: ${one.names[one.codes[point]] ?? this.words.missing}`)];
  }

  pick(point) {
    if (point === this.picked) return;
    this.picked = point;
    this.tell("picked", point < 0 ? null : point);
    this.redraw();
  }

  choose(points, add) {
    if (!add) this.flags.fill(0);
    if (points.length || add) {
      if (!add || !this.chosen) this.flags.fill(FADED);
      for (const point of points) this.flags[point] = CHOSEN;
    }
    const ids = [];
    this.flags.forEach((flag, point) => flag === CHOSEN && ids.push(point));
    if (!ids.length) this.flags.fill(PLAIN);
    this.chosen = ids.length;
    this.all.forEach((panel) => panel.points.put("flag", this.flags));
    this.tell("chosen", ids.length ? ids : null);
    this.count();
    this.redraw();
  }

  clear() {
    if (this.chosen) this.choose([], false);
    this.pick(-1);
  }

  buttons() {
    const inTheMiddle = () => [this.all[0], [this.all[0].width / 2, this.all[0].height / 2]];
    const does = {
      pan: () => (this.tool = "pan"), lasso: () => (this.tool = "lasso"), box: () => (this.tool = "box"),
      nearer: () => this.zoom(1.5, ...inTheMiddle()), farther: () => this.zoom(1 / 1.5, ...inTheMiddle()),
      home: () => this.home(), clear: () => this.clear(),
    };
    this.bar.replaceChildren();
    for (const [name, act] of Object.entries(does)) {
      const button = make("button", "", this.bar);
      const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
      icon.setAttribute("viewBox", "0 0 16 16");
      path.setAttribute("d", ICONS[name]);
      icon.append(path);
      button.append(icon);
      Object.assign(button, { type: "button", title: this.words[name], ariaLabel: this.words[name] });
      if (["pan", "lasso", "box"].includes(name)) button.ariaPressed = String(this.tool === name);
      button.onclick = () => { act(); if (button.ariaPressed) this.buttons(); };
    }
    this.state = make("span", "state", this.bar);
    this.state.setAttribute("role", "status");
    this.count();
  }

  count() {
    const drawn = this.words.drawn.replace("{n}", this.flags.length.toLocaleString());
    const chosen = this.words.chosen.replace("{n}", this.chosen.toLocaleString());
    this.state.textContent = [this.chosen ? chosen : drawn, this.flat ? this.words.flat : ""].filter(Boolean).join(" · ");
  }

  drawLegend(shades) {
    const { numbers, groups, title, palette } = this.head;
    this.legend.replaceChildren();
    make("span", "of", this.legend, title);
    if (numbers) {
      make("span", "", this.legend, format(numbers.low));
      const ramp = make("span", "ramp", this.legend);
      ramp.style.background = `linear-gradient(to right, ${palette.slice(0, 255).filter((_, at) => at % 16 === 0).join(",")})`;
      make("span", "", this.legend, format(numbers.high));
    }
    if (shades.some((one) => one.includes(255))) {
      const none = make("span", "group none", this.legend);
      make("i", "", none).style.background = palette[255];
      make("span", "", none, this.words.missing);
    }
    groups.forEach((group, at) => {
      const button = make("button", "group", this.legend);
      Object.assign(button, { type: "button", title: this.words.legend });
      make("i", "", button).style.background = palette[at];
      make("span", "", button, group.name);
      make("small", "", button, group.count.toLocaleString());
      button.onclick = (event) => {
        const points = [];
        shades[0].forEach((shade, point) => shade === at && points.push(point));
        this.choose(points, event.ctrlKey || event.metaKey);
      };
    });
  }

  end() {
    this.watch.disconnect();
    this.dark.removeEventListener("change", this.redraws);
    this.all.forEach((panel) => panel.points.end());
    this.box.remove();
  }
}

function format(value) {
  return Number.isInteger(value) ? value.toLocaleString() : value.toPrecision(3);
}

const maps = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  if (!maps.has(parentElement)) maps.set(parentElement, new Scatter(parentElement));
  maps.get(parentElement).update(data, setStateValue);
  return () => {
    maps.get(parentElement)?.end();
    maps.delete(parentElement);
  };
}
