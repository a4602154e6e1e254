/**
 * What the page knows: people, chats, messages, keyboards, and what was read. Views read `state`, and
 * subscribe to be told once a turn that something changed; only `load` and `apply` write to it.
 */

export const state = {
  ready: false, online: false, bot: { id: 0, first_name: "" }, people: new Map(), chats: new Map(), messages: new Map(),
  keyboards: new Map(), commands: {}, typing: new Map(), drafts: new Map(), read: new Map(),
};

const views = new Set();
let queued = false;

export const subscribe = (view) => views.add(view);

/** Tells every view, once, after the current work is done. */
export function changed() {
  if (queued) return;
  queued = true;
  queueMicrotask(() => {
    queued = false;
    for (const view of views) view();
  });
}

const byId = (a, b) => a.message_id - b.message_id;
const numbered = (record) => new Map(Object.entries(record ?? {}).map(([id, value]) => [Number(id), value]));

/** Takes the server's whole state; messages already there on the first load count as read. */
export function load(fresh) {
  const first = !state.ready;
  Object.assign(state, { ready: true, online: true, bot: fresh.bot, commands: fresh.commands ?? {} });
  state.people = new Map(fresh.people.map((person) => [person.id, person]));
  state.chats = new Map((fresh.chats ?? []).map((chat) => [chat.id, chat]));
  state.keyboards = numbered(fresh.keyboards);
  state.messages = numbered(fresh.messages);
  for (const list of state.messages.values()) list.sort(byId);
  for (const [chatId, given] of numbered(fresh.reactions)) takeReactions(chatId, given);
  state.drafts.clear();
  if (first) for (const [chatId, list] of state.messages) for (const message of list) markRead(chatId, threadOf(message), message.message_id);
  changed();
}

function takeReactions(chatId, given) {
  const list = messagesOf(chatId).map((message) => (given[message.message_id]?.length ? { ...message, reactions: given[message.message_id] } : message));
  state.messages.set(chatId, list);
}

export function setOnline(online) {
  state.online = online;
  changed();
}

const HANDLERS = {
  message: ({ message }) => place(message),
  edited: ({ message }) => place(message),
  deleted: ({ chat_id: chatId, message_ids: ids }) => {
    const gone = new Set(ids);
    state.messages.set(chatId, messagesOf(chatId).filter((message) => !gone.has(message.message_id)));
  },
  chat: ({ chat }) => state.chats.set(chat.id, chat),
  person: ({ person }) => state.people.set(person.id, person),
  keyboard: ({ chat_id: chatId, keyboard }) => state.keyboards.set(chatId, keyboard),
  typing: (event) => showTyping(event),
  draft: ({ chat_id: chatId, thread_id: threadId, text }) => {
    const key = keyOf(chatId, threadId);
    if (text) state.drafts.set(key, text);
    else state.drafts.delete(key);
  },
  reaction: ({ chat_id: chatId, message_id: id, reactions }) => {
    const message = findMessage(chatId, id);
    if (message) place({ ...message, reactions });
  },
};

export function apply(event) {
  HANDLERS[event.type]?.(event);
  changed();
}

function place(message) {
  const list = messagesOf(message.chat.id).slice();
  const at = list.findIndex((known) => known.message_id === message.message_id);
  if (at >= 0) list[at] = { reactions: list[at].reactions, ...message };
  else list.push(message);
  list.sort(byId);
  state.messages.set(message.chat.id, list);
  if (at < 0 && message.from?.id === state.bot.id) hush(keyOf(message.chat.id, threadOf(message)));
}

/** Telegram shows an action for five seconds, or until the message comes. */
const TYPING_LASTS = 5000;

function showTyping({ chat_id: chatId, thread_id: threadId, action, user_id: userId }) {
  const key = keyOf(chatId, threadId);
  clearTimeout(state.typing.get(key)?.timer);
  const timer = setTimeout(() => {
    state.typing.delete(key);
    changed();
  }, TYPING_LASTS);
  state.typing.set(key, { action, userId, timer });
}

function hush(key) {
  clearTimeout(state.typing.get(key)?.timer);
  state.typing.delete(key);
  state.drafts.delete(key);
}

const NONE = [];

export const keyOf = (chatId, threadId) => `${chatId}:${threadId || 0}`;
export const messagesOf = (chatId) => state.messages.get(chatId) ?? NONE;
export const findMessage = (chatId, id) => messagesOf(chatId).find((message) => message.message_id === id);

/** The topic a message lies in; 0 is General, or a chat without topics. */
export function threadOf(message) {
  const chat = state.chats.get(message.chat.id);
  if (!chat?.is_forum) return 0;
  if (message.forum_topic_created) return message.message_thread_id ?? message.message_id;
  return message.is_topic_message ? message.message_thread_id ?? 0 : 0;
}

const sorted = new WeakMap();

function byTopic(list) {
  const topics = new Map();
  for (const message of list) {
    const topic = threadOf(message);
    if (!topics.has(topic)) topics.set(topic, []);
    topics.get(topic).push(message);
  }
  return topics;
}

/** The messages of one topic. A chat's list is replaced, never changed, so what was sorted out of it stays true. */
export function thread(chatId, threadId) {
  const list = messagesOf(chatId);
  const chat = state.chats.get(chatId);
  if (!list.length) return NONE;
  if (!sorted.has(list) || sorted.get(list).chat !== chat) sorted.set(list, { chat, topics: byTopic(list) });
  return sorted.get(list).topics.get(threadId || 0) ?? NONE;
}

export const groups = () => [...state.chats.values()].filter((chat) => chat.type !== "private" && chat.type !== "channel" && !chat.migrated_to);

/** The people who sit in a group; everybody else who is not a bot is a customer. */
export function staff() {
  const ids = new Set(groups().flatMap((chat) => chat.member_ids ?? []));
  return [...state.people.values()].filter((person) => ids.has(person.id) && !person.is_bot);
}

export function customers() {
  const ids = new Set(staff().map((person) => person.id));
  return [...state.people.values()].filter((person) => !ids.has(person.id) && !person.is_bot && person.id !== state.bot.id);
}

export function markRead(chatId, threadId, messageId) {
  const key = keyOf(chatId, threadId);
  if ((state.read.get(key) ?? 0) >= messageId) return false;
  state.read.set(key, messageId);
  return true;
}

export function unread(chatId, threadId, readerId) {
  const seen = state.read.get(keyOf(chatId, threadId)) ?? 0;
  return thread(chatId, threadId).filter((message) => message.message_id > seen && message.from?.id !== readerId).length;
}

export const nameOf = (person) => (person ? [person.first_name ?? person.title, person.last_name].filter(Boolean).join(" ") || "—" : "—");
export const personOf = (id) => (id === state.bot.id ? state.bot : state.people.get(id));
