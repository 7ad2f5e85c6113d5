// Where points are seen: turned in space, on their way from one picture to another, near a spot, inside a line.

// Places in space (x, y, z …) as they are seen after a turn, flat (x, y …).
function turned(places, { yaw, pitch }) {
  const count = places.length / 3, flat = new Float32Array(2 * count);
  const [cosYaw, sinYaw, cosPitch, sinPitch] = [Math.cos(yaw), Math.sin(yaw), Math.cos(pitch), Math.sin(pitch)];
  for (let point = 0; point < count; point++) {
    const x = places[3 * point], y = places[3 * point + 1], z = places[3 * point + 2];
    flat[2 * point] = x * cosYaw + z * sinYaw;
    flat[2 * point + 1] = y * cosPitch - (z * cosYaw - x * sinYaw) * sinPitch;
  }
  return flat;
}

// So far on the way from one picture to another; slow at both ends.
function between(from, to, share) {
  const far = share * share * (3 - 2 * share), mixed = new Float32Array(to.length);
  for (let at = 0; at < to.length; at++) mixed[at] = from[at] + (to[at] - from[at]) * far;
  return mixed;
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
