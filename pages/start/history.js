// Runs before Streamlit's own script, which writes into the history as soon as a page is drawn.
// A page that has just been called is one step of the history, whatever it writes into the address: its choices belong
// to that step, and those that arrive before the page's own path does are no step of the page before. So is a link that
// was opened: until something is pressed, what completes its address belongs to its step.
(() => {
  const push = history.pushState.bind(history);
  const replace = history.replaceState.bind(history);
  let untouched = true;
  let early = false; // choices were written since somebody last pressed something
  for (const press of ["pointerdown", "keydown"])
    window.addEventListener(press, () => (untouched = early = false), true);
  history.pushState = (state, title, address) => {
    const next = new URL(address ?? "", location.href);
    const stays = next.pathname === location.pathname;
    const bare = stays && !location.search && next.search;
    (bare || (stays ? untouched : early) ? replace : push)(state, title, address);
    early = stays && !bare;
    // The language in which somebody went on reading is that of every address which names none.
    const language = next.searchParams.get("lang");
    if (language && !untouched)
      document.cookie = `parallax_lang=${encodeURIComponent(language)}; path=/; max-age=31536000; SameSite=Lax`;
  };
})();
