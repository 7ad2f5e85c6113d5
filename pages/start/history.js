// Runs before Streamlit's own script, which writes into the history as soon as a page is drawn.
// A page that has just been called is one step of the history, whatever it writes into the address: until something is
// pressed there, its choices belong to that step, and so do those of the page that was left while it was drawn. Choices
// that arrive before the page's own path does are no step of the page before. A link that was opened, or a page that
// was come back to, is a page that was called: what was asked for before is no step any more when it arrives.
(() => {
  const push = history.pushState.bind(history);
  const replace = history.replaceState.bind(history);
  let untouched = true;
  let pressed = false; // since the page was called
  let early = false; // choices were written since somebody last pressed something
  for (const press of ["pointerdown", "keydown", "click"])
    window.addEventListener(press, () => ((pressed = true), (untouched = early = false)), true);
  window.addEventListener("popstate", () => (pressed = false), true);
  history.pushState = (state, title, address) => {
    const next = new URL(address ?? "", location.href);
    const stays = next.pathname === location.pathname;
    const bare = stays && !location.search && next.search;
    (bare || !pressed || (early && !stays) ? replace : push)(state, title, address);
    early = stays && !bare;
    pressed &&= stays;
    // The language in which somebody went on reading is that of every address which names none.
    const language = next.searchParams.get("lang");
    if (language && !untouched)
      document.cookie = `parallax_lang=${encodeURIComponent(language)}; path=/; max-age=31536000; SameSite=Lax`;
  };
})();
