/** What lies over the page: toasts, popup menus, and dialogs with a form. Used by every view. */
import { append, h } from "./dom.js";
import { icon, iconButton } from "./icons.js";
import { t } from "./texts.js";

const TOAST_LASTS = 4200;
let shelf;

/** A short notice that goes away by itself. */
export function toast(text, kind = "") {
  shelf ??= document.body.appendChild(h("div", { class: "toasts", role: "status", "aria-live": "polite" }));
  const note = h("div", { class: `toast ${kind}` }, text);
  shelf.append(note);
  setTimeout(() => note.remove(), TOAST_LASTS);
}

/** Runs `work` and shows its refusal as a toast; gives its result, or nothing if it failed. */
export async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    toast(error.status === 0 ? t("unreachable") : t("failed", { error: error.message }), "error");
    return undefined;
  }
}

/**
 * A popup menu at `anchor` (an element or a pointer event). `entries` are {label, icon, act, danger, hint, checked},
 * "-" for a line, or an element. Arrow keys move, Escape closes and gives the focus back.
 */
export function menu(anchor, entries, label = t("more")) {
  document.querySelector(".popup")?.remove();
  const before = document.activeElement;
  const box = h("div", { class: "popup", role: "menu", "aria-label": label });
  const close = () => {
    box.remove();
    document.removeEventListener("pointerdown", outside, true);
    if (before?.isConnected) before.focus({ preventScroll: true });
  };
  const outside = (event) => !box.contains(event.target) && close();
  append(box, entries.filter(Boolean).map((entry) => menuEntry(entry, close)));
  box.addEventListener("keydown", (event) => moveIn(box, event, close));
  document.body.append(box);
  position(box, anchor);
  setTimeout(() => document.addEventListener("pointerdown", outside, true));
  box.querySelector("button")?.focus({ preventScroll: true });
  return close;
}

function menuEntry(entry, close) {
  if (entry === "-") return h("hr");
  if (entry instanceof Node) {
    entry.addEventListener("click", (event) => event.target.closest("button") && close());
    return entry;
  }
  const run = () => {
    close();
    entry.act();
  };
  return h("button", { type: "button", role: entry.checked === undefined ? "menuitem" : "menuitemradio", "aria-checked": entry.checked === undefined ? undefined : String(entry.checked), class: entry.danger ? "danger" : "", onclick: run },
    entry.icon && icon(entry.icon), entry.face, h("span", {}, entry.label, entry.hint && h("small", {}, entry.hint)), entry.checked && icon("check"));
}

function moveIn(box, event, close) {
  const buttons = [...box.querySelectorAll("button")];
  const at = buttons.indexOf(document.activeElement);
  const step = { ArrowDown: 1, ArrowUp: -1, ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (step) buttons[(at + step + buttons.length) % buttons.length]?.focus();
  else if (event.key === "Escape" || event.key === "Tab") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/** Beside the anchor, turned so that it stays on the screen. */
function position(box, anchor) {
  const spot = anchor instanceof Element ? anchor.getBoundingClientRect() : pointOf(anchor);
  const { offsetWidth: width, offsetHeight: height } = box;
  const left = Math.min(Math.max(8, spot.left), innerWidth - width - 8);
  const below = spot.bottom + 6;
  const top = below + height < innerHeight - 8 ? below : Math.max(8, spot.top - height - 6);
  box.style.left = `${left}px`;
  box.style.top = `${top}px`;
}

function pointOf(event) {
  if (event.clientX || event.clientY) return { left: event.clientX, top: event.clientY, bottom: event.clientY };
  return event.target.getBoundingClientRect();
}

/**
 * A dialog with a form. `fields` are elements; on submit `done(values)` gets the form's values by name, and the
 * dialog closes unless it gives false. Resolves when closed.
 */
export function dialog({ title, text, fields = [], submit, danger = false, cancel = t("cancel"), done = () => true }) {
  const form = h("form", { method: "dialog" });
  const box = h("dialog", { class: "dialog", "aria-label": title }, form);
  const send = async (event) => {
    event.preventDefault();
    if ((await done(Object.fromEntries(new FormData(form)))) !== false) box.close();
  };
  form.addEventListener("submit", send);
  append(form, [
    h("header", {}, h("h2", {}, title), iconButton("close", t("close"), () => box.close())),
    text && h("p", {}, text),
    fields,
    h("footer", {}, cancel && h("button", { type: "button", class: "plain", onclick: () => box.close() }, cancel), h("button", { type: "submit", class: danger ? "danger" : "primary" }, submit)),
  ]);
  box.addEventListener("click", (event) => event.target === box && box.close());
  box.addEventListener("close", () => box.remove());
  document.body.append(box);
  box.showModal();
  (form.querySelector("input, select, textarea") ?? form.querySelector("footer button[type=submit]")).focus();
  return box;
}

let fieldNumber = 0;

/** A labelled input; `props` go to the input. */
export function field(label, name, props = {}) {
  const id = `field-${++fieldNumber}`;
  return h("label", { class: "field", for: id }, h("span", {}, label), h("input", { id, name, autocomplete: "off", ...props }));
}

/** A labelled choice among [value, words] pairs. */
export function choice(label, name, options, chosen) {
  const id = `field-${++fieldNumber}`;
  return h("label", { class: "field", for: id }, h("span", {}, label), h("select", { id, name }, options.map(([value, words]) => h("option", { value, selected: value === chosen }, words))));
}
