/**
 * One message (or album) as people know it: name, forward, quote, attachment, text, time, reactions and
 * keyboard. Built anew when anything of it changes; the feed decides when.
 */
import { h } from "./dom.js";
import { renderText } from "./entities.js";
import { faceOf, serviceLine, summary } from "./faces.js";
import { icon } from "./icons.js";
import { inlineKeyboard } from "./keyboards.js";
import { album, attachment, isVisual } from "./media.js";
import { findMessage, nameOf, personOf } from "./store.js";
import { locale, t } from "./texts.js";

/**
 * `look` says how it stands among its neighbours: {own, first, last, named, seen}.
 * `doors` are the pane's verbs: press, menu, jump, react, openLink, sendCommand.
 */
export function bubble(messages, look, doors) {
  const message = messages[0];
  const told = messages.find((one) => one.caption) ?? message;
  const body = h("div", { class: bodyClass(messages, told) }, named(message, look), forwarded(message), quoted(message, doors), content(messages), words(told, messages, look, doors), reactions(messages, doors));
  body.style.setProperty("--width", body.querySelector(":scope > .picture")?.style.getPropertyValue("--width") || "");
  const column = h("div", { class: "column" }, body, inlineKeyboard(messages.at(-1).reply_markup, (button, node) => doors.press(messages.at(-1), button, node)));
  const face = look.named && h("div", { class: "beside" }, look.last && faceOf(personOf(message.from?.id) ?? message.from, "small"));
  const open = (event) => {
    if (event.target.closest("a, video, .key")) return;
    event.preventDefault();
    doors.menu(messages, event);
  };
  const keyed = (event) => event.target === node && (event.key === "Enter" || event.key === "ContextMenu") && open(event);
  const node = h("article", { class: sideClass(look), tabindex: "-1", dataset: { id: message.message_id, ids: messages.map((one) => one.message_id).join(" ") }, "aria-label": spokenLabel(message), oncontextmenu: open, ondblclick: () => doors.reply(told), onkeydown: keyed }, face, column, handle(messages, doors));
  return node;
}

const sideClass = (look) => ["row", look.own ? "own" : "other", look.first && "first", look.last && "last"].filter(Boolean).join(" ");
const spokenLabel = (message) => `${nameOf(message.from)}: ${summary(message)}`;

function bodyClass(messages, told) {
  const [message] = messages;
  const text = told.text ?? told.caption;
  const bare = message.sticker || message.video_note || (message.text && onlyEmoji(message) && !message.reply_to_message);
  return ["bubble", isVisual(message) && "with-picture", text && "with-text", bare && "bare", onlyEmoji(message) && "emoji-only"].filter(Boolean).join(" ");
}

const EMOJI_ONLY = /^(?:\p{Extended_Pictographic}[\u{fe0f}\u{200d}\u{1f3fb}-\u{1f3ff}]*){1,3}$/u;
const onlyEmoji = (message) => Boolean(message.text && !message.reply_markup && EMOJI_ONLY.test(message.text));

function handle(messages, doors) {
  return h("button", { type: "button", class: "handle", tabindex: "-1", "aria-label": t("more"), title: t("more"), onclick: (event) => doors.menu(messages, event) }, icon("down"));
}

function named(message, look) {
  if (!look.named || !look.first) return undefined;
  const hue = Math.abs(message.from?.id ?? 0) % 7;
  return h("div", { class: `sender ink-${hue}` }, nameOf(message.from), message.from?.is_bot && h("span", { class: "bot-mark" }, t("bot")));
}

function forwarded(message) {
  const origin = message.forward_origin;
  if (!origin) return undefined;
  const name = origin.sender_user_name ?? nameOf(origin.sender_user ?? origin.sender_chat ?? origin.chat);
  return h("div", { class: "forwarded" }, t("forwarded_from", { name }));
}

/** What the message answers; a topic's opening message is not a quote. */
function quoted(message, doors) {
  const answered = message.reply_to_message;
  if (!answered || answered.forum_topic_created) return undefined;
  const alive = findMessage(message.chat.id, answered.message_id) ?? answered;
  const text = message.quote?.text ?? (summary(alive) || t("quote_missing"));
  return h("button", { type: "button", class: `quote ink-${Math.abs(alive.from?.id ?? 0) % 7}`, "aria-label": t("jump_reply"), onclick: () => doors.jump(answered.message_id) },
    h("b", {}, nameOf(alive.from)), h("span", {}, text));
}

const content = (messages) => (messages.length > 1 ? album(messages) : attachment(messages[0]));

function words(told, messages, look, doors) {
  const text = told.text ?? told.caption;
  const entities = told.entities ?? told.caption_entities;
  const known = told.text !== undefined || attachment(messages[0]).length;
  return h("div", { class: text || !known ? "text" : "no-text", dir: "auto" }, known ? text && renderText(text, entities, doors) : t("unknown_message"), meta(messages, look));
}

export const timeOf = (unix) => new Date(unix * 1000).toLocaleTimeString(locale(), { hour: "2-digit", minute: "2-digit" });

function meta(messages, look) {
  const message = messages.at(-1);
  const edited = messages.some((one) => one.edit_date);
  return h("span", { class: "meta" }, message.via_bot && h("span", {}, t("via", { name: message.via_bot.username })), edited && h("span", { class: "edited" }, t("edited")),
    h("time", { datetime: new Date(message.date * 1000).toISOString(), title: new Date(message.date * 1000).toLocaleString(locale()) }, timeOf(message.date)),
    look.own && icon(look.seen ? "checks" : "check"));
}

function reactions(messages, doors) {
  const tally = tallied(messages[0].reactions);
  if (!tally.size) return undefined;
  const chips = [...tally].map(([emoji, count]) => h("button", { type: "button", class: "reaction", "aria-label": t("reaction_by", { emoji, count }), onclick: () => doors.react(messages[0], emoji) }, h("span", {}, emoji), count > 1 && h("b", {}, count)));
  return h("div", { class: "reactions" }, chips);
}

/** Emoji → how many people gave it. */
function tallied(given) {
  const tally = new Map();
  for (const { emoji } of given ?? []) if (emoji) tally.set(emoji, (tally.get(emoji) ?? 0) + 1);
  return tally;
}

export function service(message, doors) {
  const pinned = message.pinned_message;
  const line = serviceLine(message);
  if (!pinned) return h("div", { class: "service", dataset: { id: message.message_id } }, h("span", {}, line));
  return h("div", { class: "service", dataset: { id: message.message_id } }, h("button", { type: "button", onclick: () => doors.jump(pinned.message_id) }, line));
}
