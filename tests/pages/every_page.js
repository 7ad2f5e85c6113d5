// What of the page in view cannot be read or reached: sentences, none where all is well.
() => {
  const found = new Set();
  const main = document.querySelector("[data-testid=stMain]");
  const all = (names, within = main) => [...within.querySelectorAll(names)].filter(
    (one) => one.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && one.getBoundingClientRect().width > 2,
  );
  const name = (one) => {
    const key = one.closest("[class*=st-key-]")?.className.match(/st-key-[\w-]+/)?.[0] ?? "";
    return `${one.tagName.toLowerCase()} ${key} “${(one.getAttribute("aria-label") || one.textContent || "").trim().slice(0, 60)}”`;
  };
  for (const one of [document.documentElement, main]) {
    if (one.scrollWidth > one.clientWidth) found.add(`the page scrolls sideways, ${one.scrollWidth} in ${one.clientWidth} pixels`);
  }
  for (const one of all("button, a[href], textarea, input:not([type=hidden], [type=range]), [role=radio]")) {
    if (one.disabled) continue;
    one.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
    const box = one.getBoundingClientRect();
    const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    const ours = one.closest("label") ?? one;
    if (!top) found.add(`${name(one)} lies outside the window`);
    else if (!ours.contains(top) && !top.contains(one)) found.add(`${name(one)} is covered by ${name(top)}`);
  }
  for (const one of all("h1, h2, h3, button, button *, label *, [data-testid=stMetric] *, [data-testid=stPageLink] *, [data-testid=stCaptionContainer] *")) {
    const hidden = getComputedStyle(one).overflowX !== "visible";
    if (hidden && one.clientWidth && one.scrollWidth > one.clientWidth + 1 && !one.closest("[title]")) found.add(`${name(one)} is cut`);
  }
  const nested = /（[^（）]*（[^（）]*）[^（）]*）|(?<!\w)\([^()]*(?<!\w)\([^()]*\)[^()]*\)/;
  for (const one of all("h1, h2, label, [data-testid=stAlert], [data-testid=stText], [data-testid=stCaptionContainer], [data-testid=stMetric]")) {
    if (nested.test(one.textContent)) found.add(`${name(one)} has brackets within brackets`);
  }
  for (const plot of all(".js-plotly-plot")) {
    const box = plot.getBoundingClientRect();
    for (const one of all(".gtitle, .xtitle, .ytitle, .xtick text, .ytick text, .legendtext, .annotation-text", plot)) {
      const at = one.getBoundingClientRect();
      const inside = at.left >= box.left - 1 && at.right <= box.right + 1 && at.top >= box.top - 1 && at.bottom <= box.bottom + 1;
      if (!inside) found.add(`${name(one)} reaches out of its chart`);
    }
    for (const axis of all(".yaxislayer-above, .yaxislayer-below", plot)) {
      const marks = all(".ytick text", axis).map((one) => one.getBoundingClientRect()).sort((one, two) => one.top - two.top);
      if (marks.some((one, at) => at && one.top < marks[at - 1].bottom - 1)) found.add(`names beside a chart lie on one another: ${name(axis)}`);
    }
    const areas = all(".nsewdrag", plot).map((one) => one.getBoundingClientRect());
    for (const one of all(".legend", plot)) {
      const at = one.getBoundingClientRect();
      const over = (area) => at.left < area.right - 1 && at.right > area.left + 1 && at.top < area.bottom - 1 && at.bottom > area.top + 1;
      if (areas.some(over)) found.add(`${name(one)} lies on its picture`);
    }
  }
  for (const one of all(".js-plotly-plot, canvas, img, svg[role=img]")) {
    const told = one.closest("[aria-label], [alt], [aria-hidden=true], [data-testid=stDataFrame]");
    if (!told) found.add(`${name(one)} has no text in its place`);
  }
  main.scrollTo(0, 0);
  return [...found];
}
