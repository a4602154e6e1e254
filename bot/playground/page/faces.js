/** Avatars, topic icons, flags and the short line that stands for a message in a list. Used by lists, headers and quotes. */
import { h } from "./dom.js";
import { nameOf, personOf, state } from "./store.js";
import { spoken, t } from "./texts.js";

const HUES = 7;

const hueOf = (id) => Math.abs(Number(id) || 0) % HUES;

/** First letters of the name: one for Chinese, up to two otherwise. */
export function initials(name) {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const letters = /\p{Script=Han}/u.test(name) ? words.slice(0, 1) : words.slice(0, 2);
  return letters.map((word) => [...word][0]).join("").toUpperCase() || "?";
}

export function avatar(id, name, extra = "") {
  return h("span", { class: `avatar hue-${hueOf(id)} ${extra}`, "aria-hidden": "true" }, initials(name));
}

export function faceOf(person, extra = "") {
  if (person?.id === state.bot.id) return h("span", { class: `avatar face-bot ${extra}`, "aria-hidden": "true" }, "客");
  return avatar(person?.id, nameOf(person), extra);
}

/** A topic's icon: Telegram gives six colours to choose from. */
export function topicIcon(topic) {
  if (!topic) return h("span", { class: "topic-icon general", "aria-hidden": "true" }, "#");
  const colour = `#${(topic.icon_color ?? 0x6fb9f0).toString(16).padStart(6, "0")}`;
  return h("span", { class: "topic-icon", style: { "--topic": colour }, "aria-hidden": "true" }, initials(topic.name.replace(/^[#\s]+/, "")).slice(0, 2));
}

const FLAGS = { zh: "中", en: "EN" };

export function languageMark(person) {
  const code = spoken(person.language_code);
  return h("span", { class: `tongue tongue-${code}`, title: t(`lang.${code}`), "aria-label": t(`lang.${code}`) }, FLAGS[code]);
}

const MEDIA = { photo: "🖼", video: "🎬", document: "📎", voice: "🎤", video_note: "⭕", sticker: "", audio: "🎵", location: "📍", contact: "👤", animation: "🎞", poll: "📊" };

/** One line for a message: its text, or what it carries. */
export function summary(message) {
  if (!message) return "";
  const text = message.text ?? message.caption;
  const kind = Object.keys(MEDIA).find((name) => message[name]);
  if (kind === "sticker") return `${message.sticker.emoji ?? ""} ${t("sticker")}`.trim();
  if (kind) return `${MEDIA[kind]} ${text ?? message.document?.file_name ?? t(kind === "photo" ? "image_of" : kind)}`;
  return text ?? serviceLine(message) ?? t("unknown_message");
}

/** The words of a service message, or nothing if it is not one. */
export function serviceLine(message) {
  const who = nameOf(message.from ?? personOf(message.chat.id));
  if (message.forum_topic_created) return t("service.topic_created", { who, name: message.forum_topic_created.name });
  if (message.forum_topic_edited) return editedTopic(who, message.forum_topic_edited);
  if (message.forum_topic_closed) return t("service.topic_closed", { who });
  if (message.forum_topic_reopened) return t("service.topic_reopened", { who });
  if (message.pinned_message) return t("service.pinned", { who, text: short(summary(message.pinned_message)) });
  if (message.new_chat_members) return t("service.joined", { who: message.new_chat_members.map(nameOf).join(", ") });
  if (message.left_chat_member) return t("service.left", { who: nameOf(message.left_chat_member) });
  if (message.new_chat_title) return t("service.title", { who, name: message.new_chat_title });
  if (message.group_chat_created || message.supergroup_chat_created) return t("service.group_created", { who });
  if (message.migrate_to_chat_id || message.migrate_from_chat_id) return t("service.migrated");
  return undefined;
}

const editedTopic = (who, change) => (change.name ? t("service.topic_edited", { who, name: change.name }) : t("service.topic_icon", { who }));

const SHORT = 40;

function short(text) {
  const line = text.replace(/\s+/g, " ");
  return line.length > SHORT ? `${[...line].slice(0, SHORT).join("")}…` : line;
}
