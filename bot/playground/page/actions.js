/**
 * What a person does to messages, chats and the bot: presses, menus, links, blocking, topics. A pane hands these
 * to its bubbles and header; each speaks for `view()`, the chat and person that the pane shows.
 */
import { act } from "./api.js";
import { reactionRow } from "./attachments.js";
import { h } from "./dom.js";
import { safeUrl } from "./entities.js";
import { waiting } from "./keyboards.js";
import { attempt, dialog, field, menu, toast } from "./overlays.js";
import { nameOf, state } from "./store.js";
import { t } from "./texts.js";

/** Sends as the pane's person into the pane's chat; gives the result, or nothing after showing the refusal. */
export function sender(view) {
  return (name, fields = {}) => {
    const { actorId, chatId, threadId } = view();
    return attempt(() => act(actorId, name, { chat_id: chatId, thread_id: threadId || undefined, ...fields }).then((result) => result ?? true));
  };
}

export function presser(view, send, write) {
  const kinds = {
    callback_data: (button, message, node) => pressCallback(send, message, button, node),
    url: (button) => openLink(button.url, view(), send),
    login_url: (button) => openLink(button.login_url.url, view(), send),
    copy_text: (button) => copy(button.copy_text.text),
    switch_inline_query: (button) => write(`@${state.bot.username} ${button.switch_inline_query}`),
    switch_inline_query_current_chat: (button) => write(`@${state.bot.username} ${button.switch_inline_query_current_chat}`),
  };
  return (message, button, node) => kinds[Object.keys(kinds).find((name) => button[name] !== undefined)]?.(button, message, node);
}

/** The request lasts until the bot has answered the press, so the button waits exactly as long. */
async function pressCallback(send, message, button, node) {
  if (node.classList.contains("waiting")) return;
  const end = waiting(node);
  const answer = await send("press", { message_id: message.message_id, data: button.callback_data });
  end();
  if (answer?.text && answer.show_alert) dialog({ title: t("alert_title"), text: answer.text, submit: t("ok"), cancel: "" });
  else if (answer?.text) toast(answer.text);
  if (answer?.url) globalThis.open(answer.url, "_blank", "noopener");
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast(t("copied"));
  } catch (error) {
    toast(t("failed", { error: error.message }), "error");
  }
}

/** A link to the bot itself with a start parameter is a start, as in Telegram; other links are asked about. */
export function openLink(target, view, send) {
  const href = safeUrl(target);
  if (!href) return;
  const payload = startPayload(href);
  if (payload !== undefined) {
    send("start", { chat_id: view.actorId, thread_id: undefined, payload });
    return;
  }
  dialog({ title: t("open_link"), text: href, submit: t("open"), done: () => void globalThis.open(href, "_blank", "noopener") });
}

export function startPayload(href) {
  const url = new URL(href);
  const name = state.bot.username?.toLowerCase();
  const web = url.hostname === "t.me" && url.pathname.slice(1).toLowerCase() === name;
  const own = url.protocol === "tg:" && url.searchParams.get("domain")?.toLowerCase() === name;
  return web || own ? url.searchParams.get("start") ?? "" : undefined;
}

/** The menu of a message: reactions, reply, copy, and for one's own text edit and delete. */
export function messageMenu(view, send, composer) {
  return (messages, event) => {
    const message = messages.find((one) => one.caption) ?? messages[0];
    const own = message.from?.id === view().actorId;
    const text = message.text ?? message.caption;
    const target = event.target.closest?.("a.link");
    const chosen = chosenText(event);
    menu(event.type === "keydown" ? event.target : event, [
      reactionRow((emoji) => react(view(), send, messages[0], emoji)),
      "-",
      { label: t("reply"), icon: "reply", act: () => composer.replyTo(message, chosen) },
      text && { label: t("copy"), icon: "copy", act: () => copy(chosen || text) },
      target && { label: t("copy_link"), icon: "link", act: () => copy(target.href) },
      own && text && { label: t("edit"), icon: "edit", act: () => composer.edit(message) },
      (own || !view().isGroup) && { label: t("delete"), icon: "trash", danger: true, act: () => confirmDelete(messages, send) },
    ]);
  };
}

/** The marked part of the message's text: a reply then quotes it. */
function chosenText(event) {
  const selection = document.getSelection();
  const bubble = event.target.closest?.(".row")?.querySelector(".text");
  return bubble && selection?.rangeCount && bubble.contains(selection.anchorNode) && bubble.contains(selection.focusNode) ? selection.toString().trim() : "";
}

/** Pressing the emoji that one gave takes it back. */
export function react(view, send, message, emoji) {
  const given = (message.reactions ?? []).some((one) => one.user_id === view.actorId && one.emoji === emoji);
  return send("react", { message_id: message.message_id, emoji: given ? "" : emoji, text: given ? "" : emoji });
}

function confirmDelete(messages, send) {
  const ids = messages.map((message) => message.message_id);
  const remove = async () => {
    for (const id of ids) await send("delete", { message_id: id });
  };
  dialog({ title: t("delete_title"), text: t("delete_text"), submit: t("delete"), danger: true, done: () => void remove() });
}

/** A tap on the reply keyboard: words are sent, a phone number is asked about first. */
export function tapper(send) {
  return (button) => {
    if (button.request_contact) {
      dialog({ title: t("share_contact_title"), text: t("share_contact_text"), submit: t("share"), done: () => void send("tap", { text: button.text }) });
    } else {
      send("tap", { text: button.text });
    }
  };
}

export function createTopic(send) {
  dialog({ title: t("create_topic"), fields: [field(t("topic_name"), "name", { required: true, maxlength: 128 })], submit: t("create"), done: ({ name }) => void send("create_topic", { text: name, thread_id: undefined }) });
}

/** What the ⋮ of a chat's header offers. */
export function chatMenu(anchor, view, send) {
  const chat = state.chats.get(view.chatId);
  if (view.isGroup) topicMenu(anchor, chat, view, send);
  else personMenu(anchor, state.people.get(view.actorId), send);
}

function personMenu(anchor, person, send) {
  const blocking = person.blocked
    ? { label: t("unblock"), icon: "check", act: () => send("unblock") }
    : { label: t("block"), icon: "block", danger: true, act: () => send("block") };
  menu(anchor, [
    h("p", { class: "popup-note" }, h("b", {}, nameOf(person)), h("small", {}, [person.username && `@${person.username}`, `id ${person.id}`].filter(Boolean).join(" · "))),
    "-",
    !person.blocked && { label: t("restart"), icon: "send", act: () => send("start") },
    blocking,
  ]);
}

function topicMenu(anchor, chat, view, send) {
  const topic = chat.topics?.find((one) => one.message_thread_id === view.threadId);
  const remove = () => dialog({ title: t("delete_topic"), text: t("delete_topic_text", { name: topic.name }), submit: t("delete"), danger: true, done: () => void send("delete_topic") });
  menu(anchor, [
    h("p", { class: "popup-note" }, h("b", {}, chat.title), h("small", {}, `id ${chat.id}${topic ? ` · ${topic.message_thread_id}` : ""}`)),
    "-",
    chat.is_forum && { label: t("create_topic"), icon: "plus", act: () => createTopic(send) },
    topic && { label: t(topic.closed ? "reopen_topic" : "close_topic"), icon: "lock", act: () => send("close_topic") },
    topic && { label: t("delete_topic"), icon: "trash", danger: true, act: remove },
  ]);
}
