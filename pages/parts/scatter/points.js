// Draws the points of one panel by WebGL 2, where a graphics card stands behind it.

const PLAIN = 0, FADED = 1, CHOSEN = 2; // what a point's flag says
const OPAQUE = 0.85; // a point that is not faded

// Whether a graphics card stands behind WebGL. Without one browsers have no WebGL, or one that is reckoned by the
// processor, many times slower than painting. To ask takes up to half a second, so it is asked beside the page, once.
let card, asked;

function askForCard() {
  return (asked ??= new Promise((told) => {
    const code = `postMessage((${nameOfCard})());`;
    const worker = new Worker(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
    worker.onmessage = ({ data }) => { worker.terminate(); told((card = !/^$|swiftshader|llvmpipe|softpipe|software|basic render/i.test(data))); };
    worker.onerror = () => told((card = false));
  }));
}

function nameOfCard() {
  const gl = new OffscreenCanvas(1, 1).getContext("webgl2"), info = gl?.getExtension("WEBGL_debug_renderer_info");
  return gl ? String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER)) : "";
}

// The layers in which there are points, from below.
function layersOf(flags) {
  return [FADED, PLAIN, CHOSEN].filter((layer) => flags.includes(layer));
}

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
  vec4 shown = layer == 1 ? veil : vec4(own.rgb, ${OPAQUE});
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
    this.at = {};
    for (const name of ["middle", "scale", "size", "veil", "layer"]) this.at[name] = gl.getUniformLocation(program, name);
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
    if (name === "flag") Object.assign(this, { count: values.length, layers: layersOf(values) });
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
    gl.uniform2f(this.at.middle, view.x, view.y);
    gl.uniform2f(this.at.scale, (2 * view.scale) / width, (2 * view.scale) / height);
    gl.uniform1f(this.at.size, (size * this.canvas.width) / width);
    gl.uniform4fv(this.at.veil, veil);
    for (const layer of this.layers) {
      gl.uniform1i(this.at.layer, layer);
      gl.drawArrays(gl.POINTS, 0, this.count);
    }
  }

  end() {
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }
}
