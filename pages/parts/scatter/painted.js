// Paints the points of one panel without WebGL, pixel by pixel: every point is a stamp, laid over what is there.

const PARTS = 4; // places within a pixel, each way, where the middle of a stamp may lie
const STEPS = 32; // of how far a stamp covers a pixel

class PaintedPoints {
  constructor(canvas) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d", { willReadFrequently: true });
  }

  put(name, values) {
    this[name] = values;
    if (name === "flag") this.layers = layersOf(values);
  }

  paint(palette) {
    this.inks = inksOf(palette, OPAQUE);
  }

  draw(view, width, height, size, veil) {
    const ratio = this.canvas.width / width, scale = view.scale * ratio, side = size * ratio;
    const [high, wide] = [this.canvas.height, this.canvas.width], rim = 2 * Math.ceil(side) + 2;
    const picture = this.sheet(wide + 2 * rim, high + 2 * rim), pixels = new Int32Array(picture.data.buffer).fill(0);
    const at = { scale, x: wide / 2 - view.x * scale + rim, y: high / 2 + view.y * scale + rim };
    for (const layer of this.layers) {
      const inks = layer === FADED ? inksOf(veil.slice(0, 3).map((part) => 255 * part), veil[3]) : this.inks;
      const own = layer === FADED ? 0.8 * side : side, stamps = [stampOf(own, 0, picture.width), stampOf(1.5 * own, 1, picture.width)];
      this.lay(layer, at, { pixels, width: picture.width, height: picture.height }, { inks, stamps });
    }
    straighten(pixels);
    this.pen.putImageData(picture, -rim, -rim);
  }

  // The picture has a rim, so that a stamp at its edge lies inside all the same.
  sheet(width, height) {
    if (this.picture?.width !== width || this.picture.height !== height) this.picture = new ImageData(width, height);
    return this.picture;
  }

  lay(layer, at, { pixels, width, height }, { inks, stamps }) {
    const { place, shade, flag, mark } = this, { colours, covers, keeps } = inks, several = colours.length > covers;
    for (let point = 0; point < flag.length; point++) {
      if (flag[point] !== layer) continue;
      const stamp = stamps[mark[point]], reach = stamp.reach;
      const x = at.x + at.scale * place[2 * point], y = at.y - at.scale * place[2 * point + 1];
      if (!(x >= reach && y >= reach && x < width - reach && y < height - reach)) continue;
      const column = Math.trunc(x), row = Math.trunc(y), middle = row * width + column;
      const part = Math.trunc(PARTS * (y - row)) * PARTS + Math.trunc(PARTS * (x - column));
      const colour = several ? covers * shade[point] : 0;
      for (let spot = stamp.starts[part]; spot < stamp.starts[part + 1]; spot++) {
        const pixel = middle + stamp.offsets[spot], cover = stamp.covers[spot], under = pixels[pixel], keep = keeps[cover];
        const odd = (Math.imul(under & 0xff00ff, keep) >>> 8) & 0xff00ff, even = Math.imul((under >>> 8) & 0xff00ff, keep) & 0xff00ff00;
        pixels[pixel] = (colours[colour + cover] + (odd | even)) | 0;
      }
    }
  }
}

// Colours by how far they cover a pixel, multiplied by their share of it, and what they leave of what lies under them.
function inksOf(palette, opaque) {
  const covers = STEPS + 1, count = Math.max(1, palette.length >> 2), keeps = new Int32Array(covers);
  const colours = new Int32Array(count * covers);
  for (let cover = 0; cover < covers; cover++) {
    const share = (opaque * cover) / STEPS;
    keeps[cover] = 256 - Math.ceil(256 * share);
    for (let at = 0; at < count; at++) {
      const [red, green, blue] = [0, 1, 2].map((part) => Math.floor(palette[4 * at + part] * share));
      colours[at * covers + cover] = red | (green << 8) | (blue << 16) | (Math.floor(255 * share) << 24);
    }
  }
  return { colours, covers, keeps };
}

// Which pixels a disc (or a diamond) covers, and how far, for each place that its middle can have within a pixel. Its
// edge is soft as in the shader of WebGL.
function stampOf(size, diamond, width) {
  const radius = size / 2, reach = Math.ceil(radius + 0.5), starts = [0], offsets = [], covers = [];
  for (let part = 0; part < PARTS * PARTS; part++) {
    const [left, top] = [((part % PARTS) + 0.5) / PARTS, (Math.floor(part / PARTS) + 0.5) / PARTS];
    for (let row = -reach; row <= reach; row++)
      for (let column = -reach; column <= reach; column++) {
        const x = (column + 0.5 - left) / radius, y = (row + 0.5 - top) / radius;
        const far = diamond ? Math.abs(x) + Math.abs(y) : x * x + y * y;
        const soft = (diamond ? 2 : 2 * (Math.abs(x) + Math.abs(y))) / radius + 0.05;
        const share = Math.max(0, Math.min(1, (1 - far) / soft)), cover = Math.round(STEPS * share * share * (3 - 2 * share));
        if (!cover) continue;
        offsets.push(row * width + column);
        covers.push(cover);
      }
    starts.push(offsets.length);
  }
  return { reach, starts: new Int32Array(starts), offsets: new Int32Array(offsets), covers: new Uint8Array(covers) };
}

// From colours multiplied by their share of the pixel to plain ones, as a canvas takes them.
function straighten(pixels) {
  for (let at = 0; at < pixels.length; at++) {
    const pixel = pixels[at], share = pixel >>> 24;
    if (share === 0 || share === 255) continue;
    const red = Math.min(255, (255 * (pixel & 255)) / share), green = Math.min(255, (255 * ((pixel >> 8) & 255)) / share);
    const blue = Math.min(255, (255 * ((pixel >> 16) & 255)) / share);
    pixels[at] = red | (green << 8) | (blue << 16) | (share << 24);
  }
}
