// The work under way: drawn from what the page said, then from what the server tells this tab when it changes.

const AGAIN = 5000; // milliseconds until a lost socket is opened anew
const SPREAD = 500; // so that the tabs of many people do not all ask for their page in the same moment
const panels = new Map();

function make(kind, name, parent, text = "") {
  const element = document.createElement(kind);
  element.className = name;
  element.textContent = text;
  parent.append(element);
  return element;
}

class Panel {
  constructor(root) {
    this.root = make("div", "jobs", root);
  }

  // What the page itself was drawn with; told is what the server has been asked to draw anew for.
  update(data, tell) {
    this.anew = data.anew;
    this.drawn = String(data.state.ids[this.anew]);
    this.told = null;
    this.tell = tell;
    this.draw(data.state);
    if (this.path !== data.path) {
      this.path = data.path;
      this.open();
    }
  }

  open() {
    this.close();
    const socket = new WebSocket(location.origin.replace(/^http/, "ws") + this.path);
    socket.onmessage = ({ data }) => this.hear(JSON.parse(data));
    socket.onclose = () => {
      if (this.socket === socket) this.later = setTimeout(() => this.open(), AGAIN);
    };
    this.socket = socket;
  }

  hear(state) {
    this.draw(state);
    const ids = String(state.ids[this.anew]);
    if (ids === this.drawn || ids === this.told) return;
    this.told = ids;
    clearTimeout(this.asking);
    this.asking = setTimeout(() => this.tell("changed", ids), Math.random() * SPREAD);
  }

  draw({ jobs, more, none }) {
    this.root.replaceChildren();
    this.root.classList.toggle("busy", jobs.length > 0);
    this.root.tabIndex = jobs.length ? 0 : -1; // what scrolls is scrolled by keys too
    for (const { name, message, progress } of jobs) {
      const job = make("div", "job", this.root);
      const percent = `${Math.round(100 * progress)}%`;
      const still = percent === "0%"; // a model is being loaded, or a worker begins: nobody can tell how far that is
      if (!still) make("div", "share", job, percent);
      const bar = make("div", still ? "bar still" : "bar", job);
      bar.setAttribute("role", "progressbar");
      bar.setAttribute("aria-label", name);
      if (!still) bar.setAttribute("aria-valuenow", String(Math.round(100 * progress)));
      make("div", "", bar).style.width = percent;
      make("div", "name", job, name);
      make("div", "message", job, message);
    }
    if (more) make("div", "more", this.root, more);
    if (!jobs.length) make("div", "none", this.root, none);
  }

  close() {
    clearTimeout(this.later);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  end() {
    clearTimeout(this.asking);
    this.close();
    this.root.remove();
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  if (!panels.has(parentElement)) panels.set(parentElement, new Panel(parentElement));
  panels.get(parentElement).update(data, setTriggerValue);
  return () => {
    panels.get(parentElement)?.end();
    panels.delete(parentElement);
  };
}
