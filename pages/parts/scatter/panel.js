// One model's picture: its points, what is drawn over them, and what the pointer and the keys do on it.

const NEAR = 12; // pixels within which the pointer finds a point

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

  newPoints() {
    const canvas = make("canvas", "points", this.stage);
    this.points = new GlPoints(canvas, () => { this.send(); this.map.redraw(); });
    if (this.points.gl) return;
    canvas.remove();
    this.points = new FlatPoints(make("canvas", "points", this.stage));
    this.map.flat = true;
  }

  // New data: places and shades of the points, and the picture's name.
  show(places, shades, title) {
    const moved = places !== this.places;
    Object.assign(this, { places, shades });
    if (moved) this.grid = new Grid(places);
    this.title.textContent = title;
    this.over.setAttribute("aria-label", `${title}. ${this.map.words.keys}`);
    this.send();
  }

  send() {
    this.points.put("place", this.places);
    this.points.put("shade", this.shades);
    this.points.put("flag", this.map.flags);
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
  spot(point) { return this.toScreen(this.places[2 * point], this.places[2 * point + 1]); }

  fit() {
    this.width = this.stage.clientWidth;
    this.height = this.stage.clientHeight;
    const ratio = window.devicePixelRatio || 1;
    for (const canvas of [this.points.canvas, this.over]) {
      const [width, height] = [Math.round(this.width * ratio), Math.round(this.height * ratio)];
      if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    }
  }

  draw() {
    if (!this.width || !this.places) return;
    const { view, flags } = this.map;
    const size = Math.max(2.5, Math.min(9, 130 / Math.sqrt(flags.length))) * Math.min(2.5, view.zoom ** 0.3);
    this.size = size;
    this.points.draw({ x: view.x, y: view.y, scale: this.scale }, this.width, this.height, size, this.map.veil);
    this.drawOver();
  }

  drawOver() {
    const pen = this.over.getContext("2d"), ratio = this.over.width / this.width, look = this.map.look;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, this.width, this.height);
    this.drawNeighbours(pen, look);
    this.drawNames(pen, look);
    for (const [point, width] of [[this.map.hovered, 1.5], [this.map.picked, 3]]) {
      if (point < 0) continue;
      const [x, y] = this.spot(point);
      pen.beginPath();
      pen.arc(x, y, this.size / 2 + 4, 0, 2 * Math.PI);
      Object.assign(pen, { strokeStyle: look.text, lineWidth: width });
      pen.stroke();
    }
    if (this.path?.length > 1) {
      pen.beginPath();
      this.path.forEach(([x, y], at) => (at ? pen.lineTo(x, y) : pen.moveTo(x, y)));
      pen.closePath();
      Object.assign(pen, { strokeStyle: look.accent, lineWidth: 1.5, fillStyle: look.accent });
      pen.stroke();
      pen.globalAlpha = 0.12;
      pen.fill();
      pen.globalAlpha = 1;
    }
  }

  // Lines from the picked point to its true neighbours under this model.
  drawNeighbours(pen, look) {
    if (this.map.picked < 0 || this.map.picked !== this.map.linesOf) return;
    const [x, y] = this.spot(this.map.picked);
    pen.beginPath();
    for (const point of this.map.lines[this.number] ?? []) {
      const [toX, toY] = this.spot(point);
      pen.moveTo(x, y);
      pen.lineTo(toX, toY);
      pen.moveTo(toX + this.size / 2 + 2, toY);
      pen.arc(toX, toY, this.size / 2 + 2, 0, 2 * Math.PI);
    }
    Object.assign(pen, { strokeStyle: look.text, lineWidth: 1 });
    pen.stroke();
  }

  // The names of the largest groups where they lie, unless one covers another.
  drawNames(pen, look) {
    const taken = [];
    pen.font = `600 12px ${look.font}`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    for (const { name, middles } of this.map.names) {
      const [x, y] = this.toScreen(...middles[this.number]), half = pen.measureText(name).width / 2 + 4;
      const clash = taken.some((one) => Math.abs(one.x - x) < one.half + half && Math.abs(one.y - y) < 18);
      if (clash || x < half || x > this.width - half || y < 10 || y > this.height - 10) continue;
      taken.push({ x, y, half });
      Object.assign(pen, { strokeStyle: look.back, lineWidth: 4, lineJoin: "round", fillStyle: look.text });
      pen.strokeText(name, x, y);
      pen.fillText(name, x, y);
    }
  }

  listen() {
    const over = this.over, place = (event) => [event.offsetX, event.offsetY];
    over.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      over.focus({ preventScroll: true });
      over.setPointerCapture(event.pointerId);
      const tool = event.shiftKey && this.map.tool === "pan" ? "lasso" : this.map.tool;
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
    else if (drag.tool === "lasso") (this.path ??= [drag.from]).push([x, y]);
    else this.path = [drag.from, [x, drag.from[1]], [x, y], [drag.from[0], y]];
    drag.last = [x, y];
    this.map.redraw();
  }

  release() {
    const { drag, path } = this;
    this.drag = this.path = null;
    if (drag && !drag.far) this.map.pick(this.find(drag.from));
    else if (path?.length > 2) this.map.choose(inside(this.places, path.map(([x, y]) => this.toData(x, y))), drag.add);
    this.map.redraw();
  }

  find([x, y]) { return this.grid.nearest(...this.toData(x, y), NEAR / this.scale); }

  hover(at) {
    const point = this.find(at);
    this.over.style.cursor = this.map.tool === "pan" ? (point < 0 ? "grab" : "pointer") : "crosshair";
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
    const does = {
      ArrowLeft: () => map.pan(-step, 0), ArrowRight: () => map.pan(step, 0),
      ArrowUp: () => map.pan(0, step), ArrowDown: () => map.pan(0, -step),
      "+": () => map.zoom(1.3, this, middle), "=": () => map.zoom(1.3, this, middle), "-": () => map.zoom(1 / 1.3, this, middle),
      0: () => map.home(), Escape: () => map.clear(),
      Enter: () => map.pick(this.grid.nearest(map.view.x, map.view.y, this.width / this.scale)),
    }[event.key];
    if (!does || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    does();
  }
}
