/**
 * Turns a text and its Telegram entities into nodes. Offsets and lengths count UTF-16 units, which is what
 * a JavaScript string counts too. Text is only ever put into text nodes, and only known kinds of links work.
 */
import { h } from "./dom.js";
import { locale, t } from "./texts.js";

const SAFE = new Set(["http:", "https:", "mailto:", "tel:", "tg:"]);

/** The address if it is of a kind that may be followed, else nothing. */
export function safeUrl(text) {
  const address = /^[a-z][a-z0-9+.-]*:/i.test(text) ? text : `https://${text}`;
  try {
    const url = new URL(address);
    return SAFE.has(url.protocol) ? url.href : undefined;
  } catch {
    return undefined;
  }
}

/**
 * `doors` says what happens on a press: `openLink(url)`, `sendCommand(text)`. Without them links are inert,
 * as in previews.
 */
export function renderText(text, entities, doors) {
  const known = (entities ?? []).filter((entity) => entity.length > 0 && entity.offset < text.length);
  known.sort((a, b) => a.offset - b.offset || b.length - a.length);
  return stretch(text, 0, text.length, known, doors);
}

/** Nodes for text[from, to) with the entities inside it, outermost first; one that crosses an end is cut there. */
function stretch(text, from, to, entities, doors) {
  const nodes = document.createDocumentFragment();
  let rest = entities.slice();
  let at = from;
  while (rest.length) {
    const [outer, ...others] = rest;
    const end = Math.min(outer.offset + outer.length, to);
    if (outer.offset > at) nodes.append(text.slice(at, outer.offset));
    const start = Math.max(outer.offset, at);
    nodes.append(wrap(outer, text.slice(start, end), stretch(text, start, end, cut(others, start, end), doors), doors));
    at = end;
    rest = cut(others, end, to);
  }
  if (at < to) nodes.append(text.slice(at, to));
  return nodes;
}

/** The parts of `entities` that lie in [from, to). */
function cut(entities, from, to) {
  const parts = [];
  for (const entity of entities) {
    const offset = Math.max(entity.offset, from);
    const length = Math.min(entity.offset + entity.length, to) - offset;
    if (length > 0) parts.push({ ...entity, offset, length });
  }
  return parts.sort((a, b) => a.offset - b.offset || b.length - a.length);
}

const plain = (tag, className) => (entity, text, inner) => h(tag, { class: className }, inner);
const linked = (target) => (entity, text, inner, doors) => link(target(entity, text), inner, doors);

const KINDS = {
  bold: plain("strong"),
  italic: plain("em"),
  underline: plain("u"),
  strikethrough: plain("s"),
  code: plain("code"),
  hashtag: plain("span", "tag"),
  cashtag: plain("span", "tag"),
  custom_emoji: plain("span"),
  blockquote: plain("blockquote"),
  spoiler: (entity, text, inner) => spoiler(inner),
  pre: (entity, text, inner) => h("pre", { "data-language": entity.language }, h("code", {}, inner)),
  expandable_blockquote: (entity, text, inner) => expandable(inner),
  url: linked((entity, text) => text),
  text_link: linked((entity) => entity.url ?? ""),
  email: linked((entity, text) => `mailto:${text}`),
  phone_number: linked((entity, text) => `tel:${text.replace(/[^+\d]/g, "")}`),
  mention: linked((entity, text) => `https://t.me/${text.slice(1)}`),
  text_mention: plain("span", "tag"),
  bot_command: (entity, text, inner, doors) => command(text, inner, doors),
  date_time: (entity, text) => moment(entity, text),
};

function wrap(entity, text, inner, doors) {
  return KINDS[entity.type]?.(entity, text, inner, doors) ?? inner;
}

function link(target, inner, doors) {
  const href = safeUrl(target);
  if (!href || !doors) return h("span", { class: "link" }, inner);
  const follow = (event) => {
    event.preventDefault();
    doors.openLink(href);
  };
  return h("a", { href, class: "link", target: "_blank", rel: "noopener noreferrer", title: href, onclick: follow }, inner);
}

function command(text, inner, doors) {
  if (!doors) return h("span", { class: "link" }, inner);
  return h("button", { type: "button", class: "link command", onclick: () => doors.sendCommand(text) }, inner);
}

function spoiler(inner) {
  const reveal = (event) => {
    event.stopPropagation();
    node.classList.add("shown");
    node.removeAttribute("aria-label");
  };
  const keyed = (event) => ["Enter", " "].includes(event.key) && reveal(event);
  const node = h("span", { class: "spoiler", role: "button", tabindex: "0", "aria-label": t("spoiler"), onclick: reveal, onkeydown: keyed }, h("span", {}, inner));
  return node;
}

/** A shorter quotation is shown whole at once. */
const LONG_QUOTE = 140;

function expandable(inner) {
  const toggle = () => node.classList.toggle("open");
  if (inner.textContent.length < LONG_QUOTE) return h("blockquote", {}, inner);
  const node = h("blockquote", { class: "expandable", tabindex: "0", onclick: toggle, onkeydown: (event) => event.key === "Enter" && toggle() }, inner);
  return node;
}

/** A time in the reader's own zone and language; the format's letters are those of the Bot API: r, w, d, D, t, T. */
function moment(entity, text) {
  const when = new Date(entity.unix_time * 1000);
  const format = entity.date_time_format ?? "";
  const shown = format === "r" ? relative(when) : format ? absolute(when, format) : text;
  return h("time", { datetime: when.toISOString(), title: when.toLocaleString(locale()) }, shown);
}

function absolute(when, format) {
  const options = {};
  if (format.includes("w")) options.weekday = "long";
  if (format.includes("d")) Object.assign(options, { day: "numeric", month: "numeric", year: "numeric" });
  if (format.includes("D")) Object.assign(options, { day: "numeric", month: "long", year: "numeric" });
  if (/t/i.test(format)) Object.assign(options, { hour: "2-digit", minute: "2-digit" });
  if (format.includes("T")) options.second = "2-digit";
  return when.toLocaleString(locale(), options);
}

const STEPS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

function relative(when) {
  const seconds = (when - Date.now()) / 1000;
  const [unit, size] = STEPS.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  return new Intl.RelativeTimeFormat(locale(), { numeric: "auto" }).format(Math.round(seconds / size), unit);
}
