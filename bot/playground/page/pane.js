/** One side of the page: a header, what is pinned, the feed and the composer of the chat chosen in its list. */
import { chatMenu, messageMenu, openLink, presser, react, sender, tapper } from "./actions.js";
import { composer as makeComposer } from "./composer.js";
import { arrange, h } from "./dom.js";
import { faceOf, avatar, languageMark, summary, topicIcon } from "./faces.js";
import { feed as makeFeed } from "./feed.js";
import { icon, iconButton } from "./icons.js";
import { changed, findMessage, keyOf, messagesOf, nameOf, personOf, state, threadOf } from "./store.js";
import { language, spoken, t, TRY } from "./texts.js";

/** `choice()` gives {chatId, threadId, actorId, isGroup} or nothing; `back()` goes to the list on narrow screens. */
export function pane({ side, choice, actAs, back }) {
  const send = sender(choice);
  let pinnedAt = 0;

  const header = h("header", { class: "chat-header" });
  const pins = h("div", { class: "pins" });
  const nothing = h("div", { class: "nothing" });
  const doors = {
    jump: (id) => feed.jump(id),
    reply: (message) => composer.replyTo(message),
    react: (message, emoji) => react(choice(), send, message, emoji),
    openLink: (url) => openLink(url, choice(), send),
    sendCommand: (text) => send("write", { text }),
    seen: changed,
    press: (...press) => pressed(...press),
    menu: (...asked) => openMenu(...asked),
  };
  const feed = makeFeed(doors, emptyState);
  const composer = makeComposer({ send, actAs, tap: tapper(send) });
  const pressed = presser(choice, send, (text) => composer.write(text));
  const openMenu = messageMenu(choice, send, composer);
  const bar = h("div", { class: "bar" });
  const root = h("section", { class: `chat chat-${side}`, "aria-label": t(side) }, header, pins, feed.root, composer.root, bar, nothing);
  let headerMark;

  function show() {
    const view = choice();
    root.classList.toggle("no-chat", !view);
    if (!view) {
      nothing.replaceChildren(h("p", {}, t(side === "customers" ? "choose_chat" : state.ready ? "no_desk" : "choose_chat")));
      return;
    }
    showHeader(view);
    showPins(view);
    showFooter(view);
    feed.show(view);
  }

  function showHeader(view) {
    const parts = headline(view);
    const mark = JSON.stringify([parts.title, parts.line, parts.busy, language(), view.chatId, view.threadId]);
    if (mark === headerMark) return;
    headerMark = mark;
    root.setAttribute("aria-label", parts.title);
    header.replaceChildren(
      iconButton("back", t("back"), back, { class: "to-list" }), parts.face,
      h("div", { class: "headline" }, h("h2", {}, parts.title, parts.mark), h("p", { class: parts.busy ? "busy" : "" }, parts.line)),
      iconButton("dots", t("more"), (event) => chatMenu(event.currentTarget, choice(), send), { "aria-haspopup": "menu" }),
    );
  }

  function showPins(view) {
    const pinned = pinnedIn(view);
    const message = pinned.length ? pinned[pinnedAt % pinned.length] : undefined;
    const go = () => {
      feed.jump(message.message_id);
      pinnedAt = (pinnedAt + 1) % pinned.length;
      showPins(choice());
    };
    const title = pinned.length > 1 ? t("pinned_n", { n: pinned.length - (pinnedAt % pinned.length) }) : t("pinned");
    pins.hidden = !message;
    if (message) pins.replaceChildren(h("button", { type: "button", onclick: go }, icon("pin"), h("span", {}, h("b", {}, title), h("small", {}, summary(message)))));
  }

  /** The composer, or what stands in its place: a closed topic, a blocked bot. */
  function showFooter(view) {
    const person = personOf(view.actorId);
    const blocked = !view.isGroup && person?.blocked;
    root.classList.toggle("no-composer", Boolean(blocked));
    arrange(bar, blocked ? [h("button", { type: "button", class: "wide", onclick: () => send("unblock") }, t("unblock"))] : []);
    composer.show(view);
  }

  function emptyState(view) {
    if (view.isGroup) return card("desk", t("empty_topic"), t("empty_topic_hint"), []);
    const person = personOf(view.actorId);
    const name = person.first_name;
    const kind = side === "customers" ? "customer" : "agent";
    const chips = TRY[kind][spoken(person.language_code)].map((text) => chip(text, () => send("write", { text })));
    const start = h("button", { type: "button", class: "primary start", onclick: () => send("start") }, t("start"));
    return card(faceOf(person, "large"), t(`empty_${kind}`, { name }), t(`empty_${kind}_hint`), [chips, start]);
  }

  root.addEventListener("dragover", (event) => event.dataTransfer?.types.includes("Files") && (event.preventDefault(), root.classList.add("dropping")));
  root.addEventListener("dragleave", (event) => !root.contains(event.relatedTarget) && root.classList.remove("dropping"));
  root.addEventListener("drop", (event) => {
    event.preventDefault();
    root.classList.remove("dropping");
    if (choice() && event.dataTransfer.files.length) composer.drop(event.dataTransfer.files);
  });

  return { root, show, focus: composer.focus, reset: () => (pinnedAt = 0) };
}

const chip = (text, act) => h("button", { type: "button", class: "chip", dir: "auto", onclick: act }, text);

function card(face, title, text, [chips, start]) {
  const picture = typeof face === "string" ? h("span", { class: "card-icon" }, icon(face)) : face;
  return h("div", { class: "card" }, picture, h("h3", {}, title), h("p", {}, text), chips && h("div", { class: "chips" }, chips), start);
}

/** Face, title and the line below it for the chat shown. */
function headline(view) {
  const busy = state.typing.get(keyOf(view.chatId, view.threadId));
  const bot = nameOf(state.bot);
  const doing = busy && `${bot} ${t(`action.${busy.action}`).startsWith("action.") ? t("action.typing") : t(`action.${busy.action}`)}…`;
  if (view.isGroup) return groupHeadline(view, doing);
  const person = personOf(view.actorId);
  const line = person.blocked ? t("blocked_mark") : t("with_bot", { name: `${bot} @${state.bot.username}` });
  return { face: faceOf(person), title: nameOf(person), mark: languageMark(person), line: doing || line, busy: Boolean(doing) };
}

function groupHeadline(view, doing) {
  const chat = state.chats.get(view.chatId);
  const members = t("members", { count: chat.member_ids?.length ?? 0 });
  const topic = chat.topics?.find((one) => one.message_thread_id === view.threadId);
  const title = chat.is_forum ? topic?.name ?? t("general") : chat.title;
  const line = chat.is_forum ? `${t("in_group", { name: chat.title })} · ${topic?.closed ? t("topic_closed") : members}` : members;
  return { face: chat.is_forum ? topicIcon(topic) : avatar(chat.id, chat.title), title, line: doing || line, busy: Boolean(doing) };
}

/** What is pinned in the topic or chat shown, newest first. */
function pinnedIn(view) {
  const ids = state.chats.get(view.chatId)?.pinned_message_ids ?? [];
  const known = ids.map((id) => findMessage(view.chatId, id)).filter((message) => message && threadOf(message) === (view.threadId || 0));
  return known.sort((a, b) => b.message_id - a.message_id);
}

export const lastMessage = (chatId) => messagesOf(chatId).at(-1);
