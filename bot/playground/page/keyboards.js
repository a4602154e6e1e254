/** Inline keyboards under bubbles and reply keyboards under the composer. Used by bubbles and panes. */
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./texts.js";

const STYLES = new Set(["primary", "danger", "success"]);
const styleOf = (button) => (STYLES.has(button.style) ? `style-${button.style}` : "");

/** `press(button, node)` is called for a press; it shows its own waiting state on the node. */
export function inlineKeyboard(markup, press) {
  const rows = markup?.inline_keyboard?.filter((row) => row.length) ?? [];
  if (!rows.length) return undefined;
  return h("div", { class: "inline-keyboard" }, rows.map((row) => h("div", { class: "keys" }, row.map((button) => inlineButton(button, press)))));
}

const MARKS = { url: "link", login_url: "link", copy_text: "copy", switch_inline_query: "forward", switch_inline_query_current_chat: "forward" };

function inlineButton(button, press) {
  const mark = Object.keys(MARKS).find((name) => button[name] !== undefined);
  const node = h("button", { type: "button", class: `key ${styleOf(button)}`, onclick: () => press(button, node) }, h("span", {}, button.text), mark && icon(MARKS[mark]));
  return node;
}

/** Shows on a button that an answer is awaited; gives a function that ends it. */
export function waiting(node) {
  node.classList.add("waiting");
  node.setAttribute("aria-busy", "true");
  return () => {
    node.classList.remove("waiting");
    node.removeAttribute("aria-busy");
  };
}

export const hasKeys = (markup) => Boolean(markup?.keyboard?.length);

/** The keyboard that stands in place of the letters; `tap(button)` is called for a tap. */
export function replyKeyboard(markup, tap) {
  const rows = markup.keyboard.map((row) => h("div", { class: "keys" }, row.map((button) => replyButton(button, tap))));
  return h("div", { class: `reply-keyboard ${markup.resize_keyboard ? "" : "tall"}`, role: "group", "aria-label": t("keyboard_show") }, rows);
}

function replyButton(button, tap) {
  const content = typeof button === "string" ? { text: button } : button;
  const mark = content.request_contact ? "phone" : content.request_location ? "place" : undefined;
  return h("button", { type: "button", class: `key ${styleOf(content)}`, onclick: () => tap(content) }, mark && icon(mark), h("span", {}, content.text));
}
