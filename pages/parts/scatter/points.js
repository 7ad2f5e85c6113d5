// Draws the points of one panel: by WebGL 2, or on a flat canvas where there is none.

const PLAIN = 0, FADED = 1, CHOSEN = 2; // what a point's flag says; drawn in the order FADED, PLAIN, CHOSEN

const VERTEX = `#version 300 es
in vec2 place; in float shade; in float flag;
uniform vec2 middle, scale; uniform float size; uniform int layer;
out float chosenShade;
void main() {
  chosenShade = shade;
  gl_Position = int(flag + 0.5) == layer ? vec4((place - middle) * scale, 0.0, 1.0) : vec4(2.0, 2.0, 2.0, 1.0);
  gl_PointSize = layer == 1 ? size * 0.8 : size;
}`;

const FRAGMENT = `#version 300 es
precision highp float; precision highp int;
in float chosenShade; uniform sampler2D palette; uniform vec4 veil; uniform int layer;
out vec4 colour;
void main() {
  vec2 from = gl_PointCoord * 2.0 - 1.0;
  float far = dot(from, from), soft = fwidth(far) + 0.05;
  float alpha = 1.0 - smoothstep(1.0 - soft, 1.0, far);
  vec4 own = texture(palette, vec2((chosenShade + 0.5) / 256.0, 0.5));
  vec4 shown = layer == 1 ? veil : vec4(own.rgb, 0.85);
  colour = vec4(shown.rgb * shown.a, shown.a) * alpha;
}`;

class GlPoints {
  constructor(canvas, lost) {
    this.canvas = canvas;
    this.gl = canvas.getContext("webgl2", { antialias: false, premultipliedAlpha: true });
    if (!this.gl) return;
    canvas.addEventListener("webglcontextlost", (event) => { event.preventDefault(); this.ready = false; });
    canvas.addEventListener("webglcontextrestored", () => { this.start(); lost(); });
    this.start();
  }

  start() {
    const gl = this.gl, program = gl.createProgram();
    for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    gl.useProgram(program);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    this.at = (name) => gl.getUniformLocation(program, name);
    this.buffers = {};
    for (const name of ["place", "shade", "flag"]) {
      const slot = gl.getAttribLocation(program, name);
      this.buffers[name] = gl.createBuffer();
      gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[name]);
      gl.enableVertexAttribArray(slot);
      gl.vertexAttribPointer(slot, name === "place" ? 2 : 1, name === "place" ? gl.FLOAT : gl.UNSIGNED_BYTE, false, 0, 0);
    }
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
    for (const side of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, side, gl.NEAREST);
    this.ready = true;
  }

  put(name, values) {
    this.gl.bindBuffer(this.gl.ARRAY_BUFFER, this.buffers[name]);
    this.gl.bufferData(this.gl.ARRAY_BUFFER, values, this.gl.DYNAMIC_DRAW);
    if (name === "flag") this.count = values.length;
  }

  paint(palette) {
    const gl = this.gl;
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, 256, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, palette);
  }

  draw(view, width, height, size, veil) {
    if (!this.ready) return;
    const gl = this.gl;
    gl.viewport(0, 0, this.canvas.width, this.canvas.height);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.uniform2f(this.at("middle"), view.x, view.y);
    gl.uniform2f(this.at("scale"), (2 * view.scale) / width, (2 * view.scale) / height);
    gl.uniform1f(this.at("size"), (size * this.canvas.width) / width);
    gl.uniform4fv(this.at("veil"), veil);
    for (const layer of [FADED, PLAIN, CHOSEN]) {
      gl.uniform1i(this.at("layer"), layer);
      gl.drawArrays(gl.POINTS, 0, this.count);
    }
  }

  end() {
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }
}

class FlatPoints {
  constructor(canvas) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d");
  }

  put(name, values) { this[name] = values; }

  paint(palette) {
    this.colours = Array.from({ length: 256 }, (_, at) => `rgba(${palette.slice(4 * at, 4 * at + 3).join(",")},0.85)`);
  }

  draw(view, width, height, size, veil) {
    const pen = this.pen, ratio = this.canvas.width / width;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    const grey = `rgba(${veil.slice(0, 3).map((part) => 255 * part).join(",")},${veil[3]})`;
    for (const layer of [FADED, PLAIN, CHOSEN])
      for (let point = 0; point < this.flag.length; point++) {
        if (this.flag[point] !== layer) continue;
        const x = (this.place[2 * point] - view.x) * view.scale + width / 2;
        const y = height / 2 - (this.place[2 * point + 1] - view.y) * view.scale;
        pen.fillStyle = layer === FADED ? grey : this.colours[this.shade[point]];
        pen.fillRect(x - size / 2, y - size / 2, size, size);
      }
  }

  end() {}
}

// A grid over the places: which point lies nearest, without asking all of them.
class Grid {
  constructor(places) {
    const count = places.length / 2, side = (this.side = Math.max(1, Math.min(256, Math.round(Math.sqrt(count / 4)))));
    this.places = places;
    const cell = new Uint32Array(count), starts = (this.starts = new Uint32Array(side * side + 1));
    for (let point = 0; point < count; point++) {
      cell[point] = this.cell(places[2 * point]) + side * this.cell(places[2 * point + 1]);
      starts[cell[point] + 1]++;
    }
    for (let at = 0; at < side * side; at++) starts[at + 1] += starts[at];
    const next = starts.slice();
    this.order = new Uint32Array(count);
    for (let point = 0; point < count; point++) this.order[next[cell[point]]++] = point;
  }

  cell(value) { return Math.max(0, Math.min(this.side - 1, Math.floor(((value + 1) / 2) * this.side))); }

  nearest(x, y, radius) {
    let best = -1, least = radius * radius;
    for (let row = this.cell(y - radius); row <= this.cell(y + radius); row++)
      for (let column = this.cell(x - radius); column <= this.cell(x + radius); column++) {
        const cell = column + this.side * row;
        for (let at = this.starts[cell]; at < this.starts[cell + 1]; at++) {
          const point = this.order[at], dx = this.places[2 * point] - x, dy = this.places[2 * point + 1] - y;
          const far = dx * dx + dy * dy;
          if (far < least) { least = far; best = point; }
        }
      }
    return best;
  }
}

// The points whose places lie inside a closed line of [x, y] corners.
function inside(places, corners) {
  const xs = corners.map(([x]) => x), ys = corners.map(([, y]) => y);
  const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const found = [];
  for (let point = 0; point < places.length / 2; point++) {
    const x = places[2 * point], y = places[2 * point + 1];
    if (x < left || x > right || y < low || y > high) continue;
    let odd = false;
    for (let at = 0, before = corners.length - 1; at < corners.length; before = at++)
      if (ys[at] > y !== ys[before] > y && x < ((xs[before] - xs[at]) * (y - ys[at])) / (ys[before] - ys[at]) + xs[at]) odd = !odd;
    if (odd) found.push(point);
  }
  return found;
}
