// Draws the points of one panel: by WebGL 2, or on a flat canvas where there is none.

const PLAIN = 0, FADED = 1, CHOSEN = 2; // what a point's flag says; drawn in the order FADED, PLAIN, CHOSEN

const VERTEX = `#version 300 es
in vec2 place; in float shade; in float flag; in float mark;
uniform vec2 middle, scale; uniform float size; uniform int layer;
out float chosenShade; out float corners;
void main() {
  chosenShade = shade;
  corners = mark;
  gl_Position = int(flag + 0.5) == layer ? vec4((place - middle) * scale, 0.0, 1.0) : vec4(2.0, 2.0, 2.0, 1.0);
  gl_PointSize = (layer == 1 ? size * 0.8 : size) * (mark > 0.5 ? 1.5 : 1.0);
}`;

const FRAGMENT = `#version 300 es
precision highp float; precision highp int;
in float chosenShade; in float corners; uniform sampler2D palette; uniform vec4 veil; uniform int layer;
out vec4 colour;
void main() {
  vec2 from = gl_PointCoord * 2.0 - 1.0;
  float far = corners > 0.5 ? abs(from.x) + abs(from.y) : dot(from, from), soft = fwidth(far) + 0.05;
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
    for (const name of ["place", "shade", "flag", "mark"]) {
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
        const side = this.mark[point] ? 1.5 * size : size;
        const x = (this.place[2 * point] - view.x) * view.scale + width / 2;
        const y = height / 2 - (this.place[2 * point + 1] - view.y) * view.scale;
        pen.fillStyle = layer === FADED ? grey : this.colours[this.shade[point]];
        pen.fillRect(x - side / 2, y - side / 2, side, side);
      }
  }

  end() {}
}
