/** The page's line icons, drawn on a grid of 24. Used by every view. */
import { h } from "./dom.js";

const SHAPES = {
  back: "M15 5l-7 7 7 7",
  send: "M3.4 20.4L21 12 3.4 3.6 3.4 10l12 2-12 2z",
  clip: "M20 11.5l-8.2 8.2a5 5 0 0 1-7.1-7.1l8.6-8.6a3.4 3.4 0 0 1 4.8 4.8l-8.5 8.5a1.7 1.7 0 0 1-2.4-2.4l7.7-7.7",
  smile: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8.5 14.5c1.8 2.4 5.2 2.4 7 0M9 9.6v.1M15 9.6v.1",
  mic: "M12 15a3.5 3.5 0 0 0 3.5-3.5v-5a3.5 3.5 0 0 0-7 0v5A3.5 3.5 0 0 0 12 15zM5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3",
  keys: "M4 6h16v12H4zM7.5 10h.1M12 10h.1M16.5 10h.1M8 14.5h8",
  slash: "M15 5L9 19",
  plus: "M12 5v14M5 12h14",
  dots: "M12 6v.1M12 12v.1M12 18v.1",
  close: "M6 6l12 12M18 6L6 18",
  down: "M6 9.5l6 6 6-6",
  pin: "M9 4h6l-1 6 3.5 3.5h-11L10 10 9 4zM12 13.5V20",
  reply: "M10 6l-6 5.5 6 5.5v-3.5c5 0 8 1.5 10 5 0-6-3.5-9.5-10-9.5z",
  edit: "M5 19h3.5L19 8.5 15.5 5 5 15.5zM13 7.5l3.5 3.5",
  trash: "M5 7h14M10 7V4.5h4V7M7 7l1 12.5h8L17 7M10.5 11v5M13.5 11v5",
  copy: "M9 9h10v11H9zM15 9V4H5v11h4",
  sun: "M12 16.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M18.7 5.3l-1.4 1.4M6.7 17.3l-1.4 1.4",
  moon: "M20 14.2A8.3 8.3 0 0 1 9.8 4a8.3 8.3 0 1 0 10.2 10.2z",
  bolt: "M13 3L5.5 13.5H12L11 21l7.5-10.5H12z",
  file: "M7 3h7l5 5v13H7zM14 3v5h5",
  play: "M8 5l11 7-11 7z",
  pause: "M8 5v14M16 5v14",
  image: "M4 5h16v14H4zM4 16l5-5 4 4 2.5-2.5L20 17M15.5 9v.1",
  circle: "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM10.5 9l5 3-5 3z",
  place: "M12 21c4.5-5.2 6.5-8.4 6.5-11.2a6.5 6.5 0 0 0-13 0C5.5 12.6 7.5 15.8 12 21zM12 12a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6z",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20c.8-4 3.7-6 7.5-6s6.7 2 7.5 6",
  people: "M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 19c.6-3.5 3.2-5 6.5-5s5.9 1.5 6.5 5M15.5 4.9a3.5 3.5 0 0 1 0 6.2M17.5 14.4c2.2.6 3.6 2.2 4 4.6",
  desk: "M5 13a7 7 0 0 1 14 0M4 13h3v5H4zM17 13h3v5h-3zM19 18c0 2-2 3-5 3",
  block: "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17zM6 6l12 12",
  globe: "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17zM3.5 12h17M12 3.5c5 5 5 12 0 17M12 3.5c-5 5-5 12 0 17",
  check: "M5 12.5l4.5 4.5L19 7.5",
  checks: "M2 12.5l4.5 4.5L15 8M11.5 16l1 1L21 8",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  link: "M9 15l6-6M10.5 6.5l1.5-1.5a4.5 4.5 0 0 1 6.5 6.5L17 13M7 11l-1.5 1.5a4.5 4.5 0 0 0 6.5 6.5l1.5-1.5",
  forward: "M14 6l6 5.5-6 5.5v-3.5c-5 0-8 1.5-10 5 0-6 3.5-9.5 10-9.5z",
  phone: "M6 3.5h3l1.5 4.5-2 1.5c1 2.5 3 4.5 5.5 5.5l1.5-2 4.5 1.5v3c0 1.5-1 2.5-2.5 2.5C10 19.5 4.5 13 3.5 6.5 3.5 4.5 4.5 3.5 6 3.5z",
};
const FILLED = new Set(["send", "play", "reply", "forward", "bolt"]);

/** A 24-unit line icon by name; decorative, so hidden from screen readers. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `glyph glyph-${name}${FILLED.has(name) ? " filled" : ""}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
  return svg;
}

/** A round button that shows only an icon; `label` is what it is called. */
export function iconButton(name, label, onclick, props = {}) {
  const { class: extra, ...rest } = props;
  const title = rest.title ?? label;
  return h("button", { type: "button", ...rest, class: `icon ${extra ?? ""}`, "aria-label": label, title, onclick }, icon(name));
}
