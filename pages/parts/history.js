// A page that has just been called is one step of the history, whatever it writes into the address: its choices belong
// to that step, and those that arrive before the page's own path does are no step of the page before.
export default function () {
  if (window.parallaxHistory) return;
  window.parallaxHistory = true;
  const push = history.pushState.bind(history);
  const replace = history.replaceState.bind(history);
  let early = false; // choices were written since somebody last pressed something
  for (const press of ["pointerdown", "keydown"]) window.addEventListener(press, () => (early = false), true);
  history.pushState = (state, title, address) => {
    const next = new URL(address ?? "", location.href);
    const stays = next.pathname === location.pathname;
    const bare = stays && !location.search && next.search;
    (bare || (early && !stays) ? replace : push)(state, title, address);
    early = stays && !bare;
  };
}
