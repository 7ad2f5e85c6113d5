// One model's picture: its points, and what the pointer and the keys do on it.

const NEAR = 12; // pixels within which the pointer finds a point
const STEP = 3; // pixels between two corners of a lasso
const MOST_CORNERS = 80;
const GLIDE = 900; // milliseconds from one model's picture to another's

function make(tag, kind, parent, text) {
  const element = document.createElement(tag);
  if (kind) element.className = kind;
  if (text !== undefined) element.textContent = text;
  parent?.append(element);
  return element;
}

class Panel {
  constructor(map, number) {
    this.map = map;
    this.number = number;
    this.box = make("figure", "panel", map.panels);
    this.title = make("figcaption", "", this.box);
    this.stage = make("div", "stage", this.box);
    this.newPoints();
    this.over = make("canvas", "over", this.stage);
    this.over.tabIndex = 0;
    this.over.setAttribute("role", "application");
    this.tip = make("div", "tip", this.stage);
    this.tip.hidden = true;
    this.listen();
  }

  // By the card at once where it is known to be there; else painted, until the map asks for it.
  newPoints() {
    this.points = new PaintedPoints(make("canvas", "points", this.stage));
    if (card) this.useCard();
  }

  useCard() {
    if (this.points instanceof GlPoints) return;
    const canvas = make("canvas", "points card"), points = new GlPoints(canvas, () => { this.send(); this.map.redraw(); });
    if (!points.gl) return;
    this.points.canvas.replaceWith(canvas);
    this.points = points;
    if (!this.places) return;
    this.send();
    this.fit();
    this.draw();
  }

  // New data: places (two or three numbers a point) and shades of the points, and the picture's name.
  show(places, shades, title) {
    if (places !== this.places) { this.places = places; this.lay(); }
    this.shades = shades;
    this.title.textContent = title;
    this.over.setAttribute("aria-label", `${title}. ${this.map.words.keys}`);
    this.send();
  }

  // The places as they are seen now; in space they depend on how the map is turned.
  lay() {
    this.spots = this.map.solid ? turned(this.places, this.map.turn) : this.places;
    this.grid = this.goal = null;
    this.points.put("place", this.spots);
  }

  // From where the points lay in another panel to where they lie in this one.
  glide(from) {
    if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const goal = (this.goal = this.goal ?? this.spots), start = performance.now();
    const move = (now) => {
      if (this.goal !== goal || goal.length !== from.length) return;
      const share = Math.min(1, (now - start) / GLIDE);
      this.spots = share < 1 ? between(from, goal, share) : goal;
      this.grid = null;
      this.points.put("place", this.spots);
      this.map.redraw();
      if (share < 1) requestAnimationFrame(move);
      else this.goal = null;
    };
    move(start);
  }

  send() {
    this.points.put("place", this.spots);
    this.points.put("shade", this.shades);
    this.points.put("flag", this.map.flags);
    this.points.put("mark", this.map.marks);
    this.points.paint(this.map.palette);
  }

  // Screen and data: the view's middle lies in the middle of the panel, one unit is `scale` pixels.
  get scale() { return (this.map.view.zoom * Math.min(this.width, this.height)) / 2.1; }
  toScreen(x, y) {
    return [(x - this.map.view.x) * this.scale + this.width / 2, this.height / 2 - (y - this.map.view.y) * this.scale];
  }
  toData(x, y) {
    return [(x - this.width / 2) / this.scale + this.map.view.x, (this.height / 2 - y) / this.scale + this.map.view.y];
  }
  spot(point) { return this.toScreen(this.spots[2 * point], this.spots[2 * point + 1]); }

  // The canvases in the size of the panel; whether one had another.
  fit() {
    this.width = this.stage.clientWidth;
    this.height = this.stage.clientHeight;
    const ratio = window.devicePixelRatio || 1, size = { width: Math.round(this.width * ratio), height: Math.round(this.height * ratio) };
    const other = [this.points.canvas, this.over].filter(({ width, height }) => width !== size.width || height !== size.height);
    other.forEach((canvas) => Object.assign(canvas, size));
    return other.length > 0;
  }

  // Whether there was something to draw.
  draw() {
    if (!this.width || !this.places) return false;
    const { view, flags } = this.map;
    this.size = Math.max(2.5, Math.min(9, 130 / Math.sqrt(flags.length))) * Math.min(2.5, view.zoom ** 0.3);
    this.points.draw({ x: view.x, y: view.y, scale: this.scale }, this.width, this.height, this.size, this.map.veil);
    drawOver(this);
    return true;
  }

  listen() {
    const over = this.over, place = (event) => [event.offsetX, event.offsetY];
    over.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      over.focus({ preventScroll: true });
      over.setPointerCapture(event.pointerId);
      const moves = ["pan", "turn"].includes(this.map.tool), tool = event.shiftKey && moves ? "lasso" : this.map.tool;
      this.drag = { tool, from: place(event), last: place(event), far: false, add: event.ctrlKey || event.metaKey };
    });
    over.addEventListener("pointermove", (event) => (this.drag ? this.pull(place(event)) : this.hover(place(event))));
    over.addEventListener("pointerup", () => this.release());
    over.addEventListener("pointercancel", () => { this.drag = this.path = null; this.map.redraw(); });
    over.addEventListener("pointerleave", () => this.map.hover(-1));
    over.addEventListener("wheel", (event) => {
      if (this.map.root.activeElement !== over && !event.ctrlKey) return; // the page scrolls on until the map is clicked
      event.preventDefault();
      this.map.zoom(Math.exp(-event.deltaY / 400), this, place(event));
    }, { passive: false });
    over.addEventListener("keydown", (event) => this.key(event));
  }

  pull([x, y]) {
    const drag = this.drag, [lastX, lastY] = drag.last;
    drag.far ||= Math.hypot(x - drag.from[0], y - drag.from[1]) > 4;
    if (!drag.far) return;
    if (drag.tool === "pan") this.map.pan((lastX - x) / this.scale, (y - lastY) / this.scale);
    else if (drag.tool === "turn") this.map.rotate((x - lastX) / 120, (y - lastY) / 120);
    else if (drag.tool === "box") this.path = [drag.from, [x, drag.from[1]], [x, y], [drag.from[0], y]];
    else if (Math.hypot(x - lastX, y - lastY) < STEP) return;
    else (this.path ??= [drag.from]).push([x, y]);
    drag.last = [x, y];
    this.map.redraw();
  }

  // A click picks a point; a line drawn around points selects them, by corners as they stand in the address.
  release() {
    const { drag, path } = this;
    this.drag = this.path = null;
    if (drag && !drag.far) this.map.pick(this.find(drag.from));
    else if (path?.length > 2) {
      const step = Math.ceil(path.length / MOST_CORNERS);
      const corners = path.filter((_, at) => at % step === 0).map(([x, y]) => this.toData(x, y).map((one) => Number(one.toFixed(4))));
      this.map.choose(inside(this.spots, corners), drag.add, this.map.lineRule(this.number, corners));
    }
    this.map.redraw();
  }

  find([x, y]) { return this.near(...this.toData(x, y), NEAR / this.scale); }
  near(x, y, radius) { return (this.grid ??= new Grid(this.spots)).nearest(x, y, radius); }

  hover(at) {
    const point = this.find(at);
    this.over.style.cursor = ["pan", "turn"].includes(this.map.tool) ? (point < 0 ? "grab" : "pointer") : "crosshair";
    this.map.hover(point, this);
  }

  // What the point under the pointer is; user text, so never anything but text.
  say(point) {
    this.tip.hidden = point < 0;
    if (point < 0) return;
    this.tip.replaceChildren();
    for (const line of this.map.describe(point, this)) make("div", "", this.tip, line);
    const [x, y] = this.spot(point);
    this.tip.style.left = `${Math.max(4, Math.min(x + 12, this.width - this.tip.offsetWidth - 4))}px`;
    this.tip.style.top = `${Math.max(4, Math.min(y + 12, this.height - this.tip.offsetHeight - 4))}px`;
  }

  key(event) {
    const step = 40 / this.scale, middle = [this.width / 2, this.height / 2], map = this.map;
    const nearest = () => this.near(map.view.x, map.view.y, this.width / this.scale);
    const moves = map.tool === "turn" ? (x, y) => map.rotate(-0.1 * x, 0.1 * y) : (x, y) => map.pan(step * x, step * y);
    const does = {
      ArrowLeft: () => moves(-1, 0), ArrowRight: () => moves(1, 0), ArrowUp: () => moves(0, 1), ArrowDown: () => moves(0, -1),
      "+": () => map.zoom(1.3, this, middle), "=": () => map.zoom(1.3, this, middle), "-": () => map.zoom(1 / 1.3, this, middle),
      0: () => map.home(), Escape: () => map.clear(), Enter: () => map.pick(nearest()),
      " ": () => { const point = nearest(); if (point >= 0) map.choose([point], true, `point:${point}`); },
    }[event.key] ?? (map.head.alone && map.all[event.key - 1] ? () => map.bring(event.key - 1) : null);
    if (!does || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    does();
  }
}
