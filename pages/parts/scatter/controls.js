// The buttons above the panels, and the legend below them.

const ICONS = {
  pan: "M8 1l2 3H9v3h3V6l3 2-3 2V9H9v3h1l-2 3-2-3h1V9H4v1L1 8l3-2v1h3V4H6z",
  turn: "M8 2a6 6 0 0 1 5.700 4.100l-1.500.5A4.400 4.400 0 0 0 4.600 5.200L6.500 7H2V2.500l1.500 1.600A6 6 0 0 1 8 2zm0 12a6 6 0 0 1-5.700-4.100l1.500-.5a4.400 4.400 0 0 0 7.600 1.400L9.500 9H14v4.500l-1.500-1.600A6 6 0 0 1 8 14z",
  lasso: "M8 2c4 0 6 2 6 4s-2 4-6 4c-1 0-2 0-3-.4C4.600 11 5 12.500 6 14H4.500C3.600 12.500 3.300 10.800 3.700 9 2.600 8.200 2 7.200 2 6c0-2 2-4 6-4zm0 1.500C5 3.500 3.500 4.700 3.500 6S5 8.500 8 8.500s4.500-1.200 4.500-2.500S11 3.500 8 3.500z",
  box: "M2 2h3v1.500H3.500V5H2zm9 0h3v3h-1.500V3.500H11zM2 11h1.500v1.500H5V14H2zm10.500 0H14v3h-3v-1.500h1.500zM6.500 2h3v1.500h-3zm0 10.500h3V14h-3zM2 6.500h1.500v3H2zm10.500 0H14v3h-1.500z",
  nearer: "M7.200 3h1.600v4.200H13v1.600H8.800V13H7.200V8.800H3V7.200h4.200z",
  farther: "M3 7.200h10v1.600H3z",
  home: "M8 2l6 5.500-1 1L12 7.700V14H9.200v-4H6.800v4H4V7.700l-1 .8-1-1z",
  clear: "M4 3l4 4 4-4 1 1-4 4 4 4-1 1-4-4-4 4-1-1 4-4-4-4z",
};

function drawBar(map) {
  const inTheMiddle = () => [map.shown, [map.shown.width / 2, map.shown.height / 2]];
  const does = {
    pan: null, ...(map.solid ? { turn: null } : {}), lasso: null, box: null,
    nearer: () => map.zoom(1.5, ...inTheMiddle()), farther: () => map.zoom(1 / 1.5, ...inTheMiddle()),
    home: () => map.home(), clear: () => map.clear(),
  };
  const focused = [...map.bar.children].indexOf(map.root.activeElement);
  map.bar.replaceChildren();
  for (const [name, act] of Object.entries(does)) {
    const button = make("button", "", map.bar);
    const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    icon.setAttribute("viewBox", "0 0 16 16");
    path.setAttribute("d", ICONS[name]);
    icon.append(path);
    button.append(icon);
    Object.assign(button, { type: "button", title: map.words[name], ariaLabel: map.words[name] });
    if (!act) button.ariaPressed = String(map.tool === name);
    button.onclick = act ?? (() => { map.tool = name; drawBar(map); });
  }
  if (map.head.alone) map.head.panels.forEach(({ title }, at) => {
    const button = make("button", "model", map.bar, title);
    Object.assign(button, { type: "button", title: map.words.switch, ariaPressed: String(map.front === at) });
    button.onclick = () => map.bring(at);
  });
  map.state = make("span", "state", map.bar);
  map.state.setAttribute("role", "status");
  map.count();
  map.bar.children[focused]?.focus({ preventScroll: true }); // drawn anew, the button that was pressed keeps the keys
}

// The colours and what they mean; where they mean something else in each panel, those of the one in front are counted.
function drawLegend(map) {
  const { numbers, groups, title, rules, palette } = map.colours, { front, drawn: shades } = map, counts = new Uint32Array(256);
  const own = new Set(rules).size > 1;
  shades[front].forEach((shade) => counts[shade]++);
  map.legend.replaceChildren();
  make("span", "of", map.legend, own ? `${title} · ${map.head.panels[front].title}` : title);
  if (numbers) {
    make("span", "", map.legend, format(numbers.low));
    const ramp = make("span", "ramp", map.legend);
    ramp.style.background = `linear-gradient(to right, ${palette.slice(0, 255).filter((_, at) => at % 16 === 0).join(",")})`;
    make("span", "", map.legend, format(numbers.high));
  }
  if (shades.some((one) => one.includes(255))) {
    const none = make("span", "group none", map.legend);
    make("i", "", none).style.background = palette[255];
    make("span", "", none, map.words.missing);
  }
  groups.forEach((group, at) => {
    const button = make("button", "group", map.legend);
    Object.assign(button, { type: "button", title: map.words.legend });
    make("i", "", button).style.background = palette[at];
    make("span", "", button, group.name);
    make("small", "", button, counts[at].toLocaleString());
    button.onclick = (event) => {
      const points = [];
      shades[front].forEach((shade, point) => shade === at && points.push(point));
      map.choose(points, event.ctrlKey || event.metaKey, `group:${rules[front]}:${group.key}`);
    };
  });
  if (!map.marks.includes(1)) return;
  const mark = make("span", "group none", map.legend);
  make("i", "mark", mark);
  make("span", "", mark, map.words.queries);
}

function format(value) {
  return (Number.isInteger(value) ? value.toLocaleString() : value.toPrecision(3)).replace("-", "\u2212");
}
