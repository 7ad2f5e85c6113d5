// What is drawn over the points of a panel: axes, lines to what was found, names of groups, rings, the lasso.

const GOLD = "#d4a017";

function drawOver(panel) {
  const { over, map } = panel, pen = over.getContext("2d"), ratio = over.width / panel.width;
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, panel.width, panel.height);
  if (map.solid) drawTripod(panel, pen);
  else drawAxes(panel, pen);
  drawLines(panel, pen);
  drawNames(panel, pen);
  for (const [point, width] of [[map.hovered, 1.5], [map.picked, 3]]) {
    if (point < 0) continue;
    ring(pen, panel.spot(point), panel.size / 2 + 4);
    Object.assign(pen, { strokeStyle: map.look.text, lineWidth: width });
    pen.stroke();
  }
  drawLasso(panel, pen);
}

function ring(pen, [x, y], radius) {
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
}

// Ticks with numbers along the lower and the left edge, and what the axes are.
function drawAxes(panel, pen) {
  const { width, height, map } = panel, reach = Math.min(width, height) / panel.scale;
  const exact = reach / 4, power = 10 ** Math.floor(Math.log10(exact));
  const step = power * ([1, 2, 5].find((one) => one * power >= exact) ?? 10), digits = Math.max(0, -Math.floor(Math.log10(step)));
  Object.assign(pen, { font: `10px ${map.look.font}`, fillStyle: map.look.text, strokeStyle: map.look.text, lineWidth: 1, globalAlpha: 0.6 });
  pen.beginPath();
  const [left, high] = panel.toData(0, 0), [right, low] = panel.toData(width, height);
  pen.textAlign = "center";
  pen.textBaseline = "bottom";
  for (let at = Math.ceil(left / step) * step; at < right; at += step) {
    const [x] = panel.toScreen(at, 0);
    pen.moveTo(x, height);
    pen.lineTo(x, height - 5);
    if (x > 60 && x < width - 70) pen.fillText(written(at, digits), x, height - 6);
  }
  pen.textAlign = "left";
  pen.textBaseline = "middle";
  for (let at = Math.ceil(low / step) * step; at < high; at += step) {
    const [, y] = panel.toScreen(0, at);
    pen.moveTo(0, y);
    pen.lineTo(5, y);
    if (y > 24 && y < height - 20) pen.fillText(written(at, digits), 8, y);
  }
  pen.stroke();
  pen.textAlign = "right";
  pen.fillText(map.head.axes[0], width - 6, height - 12);
  pen.textAlign = "left";
  pen.fillText(map.head.axes[1], 6, 10);
  pen.globalAlpha = 1;
}

// Three short lines that turn with the points; a name that would cover another stands above it.
function drawTripod(panel, pen) {
  const { map, height } = panel, taken = [], ends = turned(new Float32Array([1, 0, 0, 0, 1, 0, 0, 0, 1]), map.turn);
  Object.assign(pen, { font: `10px ${map.look.font}`, fillStyle: map.look.text, strokeStyle: map.look.text, lineWidth: 1, globalAlpha: 0.7 });
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.beginPath();
  map.head.axes.forEach((name, at) => {
    const [x, y] = [50 + 30 * ends[2 * at], height - 50 - 30 * ends[2 * at + 1]];
    pen.moveTo(50, height - 50);
    pen.lineTo(x, y);
    const named = { x: 50 + 42 * ends[2 * at], y: height - 50 - 42 * ends[2 * at + 1], half: pen.measureText(name).width / 2 + 2 };
    while (taken.some((one) => Math.abs(one.x - named.x) < one.half + named.half && Math.abs(one.y - named.y) < 11)) named.y -= 1;
    taken.push(named);
    pen.fillText(name, named.x, named.y);
  });
  pen.stroke();
  pen.globalAlpha = 1;
}

// From the picked point to what this model found for it (full), and to what it should have found (gold).
function drawLines(panel, pen) {
  const { map } = panel, lines = map.head.lines[panel.number];
  if (map.picked < 0 || map.picked !== map.head.picked || !lines) return;
  const [x, y] = panel.spot(map.picked), found = new Set(lines.found), gold = new Set(lines.gold);
  const stroke = (points, style, width, dash) => {
    pen.beginPath();
    for (const point of points) {
      const [toX, toY] = panel.spot(point);
      pen.moveTo(x, y);
      pen.lineTo(toX, toY);
    }
    Object.assign(pen, { strokeStyle: style, lineWidth: width });
    pen.setLineDash(dash);
    pen.stroke();
    pen.setLineDash([]);
  };
  stroke([...found].filter((point) => !gold.has(point)), map.look.text, 1, []);
  stroke([...gold].filter((point) => !found.has(point)), GOLD, 1.5, [5, 4]);
  stroke([...gold].filter((point) => found.has(point)), GOLD, 2.5, []);
  for (const [points, style, width, more] of [[found, map.look.text, 1, 2], [gold, GOLD, 3, 5]])
    for (const point of points) {
      ring(pen, panel.spot(point), panel.size / 2 + more);
      Object.assign(pen, { strokeStyle: style, lineWidth: width });
      pen.stroke();
    }
}

// The names of the largest groups where they lie, unless one covers another.
function drawNames(panel, pen) {
  const { map, width, height } = panel, taken = [];
  pen.font = `600 12px ${map.look.font}`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  for (const { name, members } of map.names) {
    const [x, y] = panel.toScreen(...middle(panel.spots, members[panel.number])), half = pen.measureText(name).width / 2 + 4;
    const clash = taken.some((one) => Math.abs(one.x - x) < one.half + half && Math.abs(one.y - y) < 18);
    if (clash || !members[panel.number].length || x < half || x > width - half || y < 18 || y > height - 18) continue;
    taken.push({ x, y, half });
    Object.assign(pen, { strokeStyle: map.look.back, lineWidth: 4, lineJoin: "round", fillStyle: map.look.text });
    pen.strokeText(name, x, y);
    pen.fillText(name, x, y);
  }
}

// Where most of these points lie: the median of at most some hundreds of them.
function middle(spots, points) {
  const xs = points.map((point) => spots[2 * point]).sort((a, b) => a - b);
  const ys = points.map((point) => spots[2 * point + 1]).sort((a, b) => a - b);
  return [xs[xs.length >> 1] ?? 9, ys[ys.length >> 1] ?? 9];
}

function drawLasso({ path, map }, pen) {
  if (!(path?.length > 1)) return;
  pen.beginPath();
  path.forEach(([x, y], at) => (at ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  pen.closePath();
  Object.assign(pen, { strokeStyle: map.look.accent, lineWidth: 1.5, fillStyle: map.look.accent });
  pen.stroke();
  pen.globalAlpha = 0.12;
  pen.fill();
  pen.globalAlpha = 1;
}

// A number as everywhere else: with a minus sign, and nothing below nothing that rounds to it.
function written(value, digits) {
  return value.toFixed(digits).replace(/^-(?=0(\.0*)?$)/, "").replace("-", "\u2212");
}
