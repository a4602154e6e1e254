/** The lists beside the chats: customers on the left; the staff group's topics and the agents on the right. */
import { createTopic, sender } from "./actions.js";
import { addPerson } from "./api.js";
import { timeOf } from "./bubble.js";
import { arrange, h } from "./dom.js";
import { avatar, faceOf, languageMark, summary, topicIcon } from "./faces.js";
import { icon, iconButton } from "./icons.js";
import { attempt, choice, dialog, field } from "./overlays.js";
import { customers, groups, messagesOf, nameOf, staff, state, thread, unread } from "./store.js";
import { language, t } from "./texts.js";

const DAY = 86_400;

/** One row of a list. Rows are kept by key and redrawn only when something of them changed. */
function rows(open) {
  const cache = new Map();
  return (entry) => {
    const mark = JSON.stringify([entry.title, entry.line, entry.time, entry.unread, entry.chosen, entry.closed, language()]);
    const known = cache.get(entry.key);
    if (known?.mark === mark) return known.node;
    const focused = known?.node.contains(document.activeElement);
    const node = rowNode(entry, () => open(entry.target));
    cache.set(entry.key, { mark, node });
    if (focused) queueMicrotask(() => node.focus());
    return node;
  };
}

function rowNode(entry, open) {
  const count = (props) => (entry.unread ? h("span", { class: "count", ...props }, entry.unread) : undefined);
  return h("button", { type: "button", class: `list-row ${entry.chosen ? "chosen" : ""}`, "aria-current": entry.chosen ? "true" : undefined, title: entry.title, onclick: open, dataset: { key: entry.key } },
    h("span", { class: "face" }, entry.face(), entry.mark?.(), count({ "aria-hidden": "true" })), h("span", { class: "list-words" },
      h("span", { class: "list-top" }, h("b", {}, entry.title), entry.closed && icon("lock"), h("time", {}, entry.time)),
      h("span", { class: "list-line" }, h("span", { dir: "auto" }, entry.line), count({ "aria-label": t("unread", { count: entry.unread }) }))));
}

function lately(message) {
  if (!message) return "";
  if (Date.now() / 1000 - message.date < DAY) return timeOf(message.date);
  return new Date(message.date * 1000).toLocaleDateString(language() === "zh" ? "zh-CN" : "en-GB", { day: "numeric", month: "short" });
}

const byNewest = (a, b) => (messagesOf(b.id).at(-1)?.date ?? 0) - (messagesOf(a.id).at(-1)?.date ?? 0);

function personRow(person, chosen) {
  const last = messagesOf(person.id).at(-1);
  const mine = last && last.from?.id === person.id;
  return {
    key: `person-${person.id}`, title: nameOf(person), face: () => faceOf(person), mark: () => languageMark(person),
    line: person.blocked ? t("blocked_mark") : last ? `${mine ? `${t("you")}: ` : ""}${summary(last)}` : person.username ? `@${person.username}` : t("no_messages"),
    time: lately(last), unread: unread(person.id, 0, person.id), chosen,
    target: { chatId: person.id, threadId: 0, actorId: person.id, isGroup: false },
  };
}

/** The customers' list. `chosen()` is the pane's view, `open(view)` shows another. */
export function customerList({ chosen, open }) {
  const row = rows(open);
  const list = h("div", { class: "list-body" });
  const add = h("button", { type: "button", class: "list-row add", onclick: () => newCustomer(open) });
  const root = h("nav", { class: "list" }, list);
  let order = [];

  function show() {
    const people = customers();
    const known = order.filter((id) => people.some((person) => person.id === id));
    order = [...known, ...people.filter((person) => !known.includes(person.id)).sort(byNewest).map((person) => person.id)];
    root.setAttribute("aria-label", t("customers"));
    add.setAttribute("aria-label", t("new_customer"));
    add.title = t("new_customer");
    add.replaceChildren(h("span", { class: "avatar ghost" }, icon("plus")), h("span", { class: "list-words" }, h("b", {}, t("new_customer"))));
    const drawn = order.map((id) => row(personRow(state.people.get(id), chosen()?.chatId === id)));
    const hint = people.length || !state.ready ? [] : [hintNode("no_customers")];
    arrange(list, [...hint, ...drawn, add]);
  }

  return { root, show };
}

const hintNode = (name) => h("div", { class: "hint" }, h("b", {}, t(name)), h("p", {}, t(`${name}_hint`)));

function newCustomer(open) {
  dialog({
    title: t("new_customer"), text: t("new_customer_hint"), submit: t("create"),
    fields: [
      field(t("first_name"), "first_name", { required: true, maxlength: 64 }), field(t("last_name"), "last_name", { maxlength: 64 }),
      field(t("username"), "username", { pattern: "@?[A-Za-z0-9_]{3,32}", maxlength: 33 }),
      choice(t("language"), "language_code", [["en", "English"], ["zh-hans", "简体中文"]], language() === "zh" ? "zh-hans" : "en"),
    ],
    done: async (values) => {
      const given = Object.fromEntries(Object.entries(values).map(([name, text]) => [name, text.trim().replace(/^@/, "")]).filter(([, text]) => text));
      const person = await attempt(() => addPerson(given));
      if (!person) return false;
      state.people.set(person.id, { blocked: false, ...person });
      open({ chatId: person.id, threadId: 0, actorId: person.id, isGroup: false });
      return true;
    },
  });
}

/** The desk's list: each group with its topics, then the agents' own chats with the bot. */
export function deskList({ chosen, open, actorIn }) {
  const row = rows(open);
  const root = h("nav", { class: "list" });
  const body = h("div", { class: "list-body" });
  const titles = new Map();
  root.append(body);

  function show() {
    root.setAttribute("aria-label", t("desk"));
    const agents = staff();
    const drawn = groups().flatMap((chat) => [heading(chat.id, chat.title, chat.is_forum && (() => createTopic(sender(() => placeIn(chat, 0))))), ...groupRows(chat).map(row)]);
    const own = agents.map((person) => row(personRow(person, chosen()?.chatId === person.id)));
    const hint = groups().length || !state.ready ? [] : [hintNode("no_desk")];
    arrange(body, [...hint, ...drawn, ...(own.length ? [heading("agents", t("agents")), ...own] : [])]);
  }

  function heading(key, words, add) {
    const mark = `${words}${language()}`;
    if (titles.get(key)?.mark !== mark) titles.set(key, { mark, node: h("h3", { class: "list-title" }, h("span", {}, words), add && iconButton("plus", t("create_topic"), add)) });
    return titles.get(key).node;
  }

  const placeIn = (chat, threadId) => ({ chatId: chat.id, threadId, actorId: actorIn(chat), isGroup: true });

  function groupRows(chat) {
    if (!chat.is_forum) return [placeRow(chat, undefined)];
    const newest = (topic) => thread(chat.id, topic.message_thread_id).at(-1)?.message_id ?? topic.message_thread_id;
    const topics = [...(chat.topics ?? [])].filter((topic) => topic.message_thread_id > 1).sort((a, b) => newest(b) - newest(a));
    return [placeRow(chat, undefined), ...topics.map((topic) => placeRow(chat, topic))];
  }

  function placeRow(chat, topic) {
    const threadId = topic?.message_thread_id ?? 0;
    const last = thread(chat.id, threadId).at(-1);
    const here = chosen();
    const target = placeIn(chat, threadId);
    return {
      key: `place-${chat.id}-${threadId}`, title: topic?.name ?? (chat.is_forum ? t("general") : chat.title), closed: topic?.closed,
      face: () => (chat.is_forum ? topicIcon(topic) : avatar(chat.id, chat.title)), line: last ? lineOf(last) : "", time: lately(last),
      unread: unread(chat.id, threadId, target.actorId), chosen: here?.chatId === chat.id && here.threadId === threadId, target,
    };
  }

  const lineOf = (message) => `${message.from ? `${message.from.first_name}: ` : ""}${summary(message)}`;

  return { root, show };
}
