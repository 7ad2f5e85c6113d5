// A page that has just been called writes its choices into the address: the same step of the history, not another one.
export default function () {
  if (window.parallaxHistory) return;
  window.parallaxHistory = true;
  const push = history.pushState.bind(history);
  history.pushState = (state, title, address) => {
    const next = new URL(address ?? "", location.href);
    const bare = !location.search && next.search && next.pathname === location.pathname;
    (bare ? history.replaceState.bind(history) : push)(state, title, address);
  };
}
