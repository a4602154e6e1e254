/**
 * The playground's page: customers on the left, the desk on the right, the real bot between. Starts everything:
 * the event stream, the two panes, the bar on top, and what is remembered between visits.
 */
import { follow, orderFault, readState } from "./api.js";
import { h } from "./dom.js";
import { iconButton, icon } from "./icons.js";
import { customerList, deskList } from "./lists.js";
import { attempt, choice, dialog, field, toast } from "./overlays.js";
import { pane } from "./pane.js";
import { apply, changed, customers, groups, load, setOnline, staff, state, subscribe, unread } from "./store.js";
import { chooseLanguage, language, t } from "./texts.js";

const memory = {
  get: (name) => {
    try {
      return JSON.parse(localStorage.getItem(`kefu.${name}`));
    } catch {
      return null;
    }
  },
  set: (name, value) => localStorage.setItem(`kefu.${name}`, JSON.stringify(value)),
};

const chosen = { customers: memory.get("customers"), desk: memory.get("desk") };
const writers = new Map();

const staffOf = (chat) => staff().filter((person) => chat.member_ids?.includes(person.id));
const actorIn = (chat) => writers.get(chat.id) ?? staffOf(chat)[0]?.id;

/** What a side shows: what was chosen if it still exists, else the first there is. */
function viewOf(side) {
  const view = chosen[side];
  if (view && exists(side, view)) return view.isGroup ? { ...view, actorId: actorIn(state.chats.get(view.chatId)) ?? view.actorId } : view;
  if (!state.ready) return undefined;
  chosen[side] = side === "customers" ? firstCustomer() : firstDesk();
  return chosen[side];
}

function exists(side, view) {
  if (side === "customers") return customers().some((person) => person.id === view.actorId);
  if (!view.isGroup) return staff().some((person) => person.id === view.actorId);
  const chat = groups().find((one) => one.id === view.chatId);
  return Boolean(chat && (!view.threadId || chat.topics?.some((topic) => topic.message_thread_id === view.threadId)));
}

function firstCustomer() {
  const [person] = customers();
  return person && { chatId: person.id, threadId: 0, actorId: person.id, isGroup: false };
}

function firstDesk() {
  const [chat] = groups();
  return chat && { chatId: chat.id, threadId: 0, actorId: actorIn(chat), isGroup: true };
}

function open(side) {
  return (view) => {
    chosen[side] = view;
    memory.set(side, view);
    sides[side].pane.reset();
    goTo(side, "chat");
    if (matchMedia("(hover: hover)").matches) sides[side].pane.focus();
  };
}

function actAs(personId) {
  const view = viewOf("desk");
  writers.set(view.chatId, personId);
  changed();
}

function makeSide(side, makeList) {
  const list = makeList({ chosen: () => viewOf(side), open: open(side), actorIn });
  const shown = pane({ side, choice: () => viewOf(side), actAs, back: () => goTo(side, "list") });
  return { list, pane: shown, root: h("section", { class: `side side-${side}`, id: `side-${side}` }, list.root, shown.root) };
}

const sides = { customers: makeSide("customers", customerList), desk: makeSide("desk", deskList) };

const FAULTS = ["429", "500", "hang", "cut", "cut_after"];
const METHODS = ["", "sendMessage", "editMessageText", "answerCallbackQuery", "sendPhoto", "getUpdates"];

function faultDialog() {
  dialog({
    title: t("faults"), text: t("faults_hint"), submit: t("fault_order"), danger: true,
    fields: [
      choice(t("fault_kind"), "kind", FAULTS.map((kind) => [kind, t(`fault.${kind}`)]), "429"),
      choice(t("fault_method"), "method", METHODS.map((method) => [method, method || t("fault_any")]), ""),
      h("div", { class: "pair" }, field(t("fault_times"), "times", { type: "number", min: 1, max: 100, value: "1" }), field(t("fault_after"), "retry_after", { type: "number", min: 1, max: 60, value: "3" })),
    ],
    done: async ({ kind, method, times, retry_after: after }) => {
      const ordered = await attempt(() => orderFault({ kind, method: method || null, times: Number(times), retry_after: Number(after) }));
      if (ordered) toast(t("fault_ordered", { kind: t(`fault.${kind}`), times }));
      return Boolean(ordered);
    },
  });
}

const isDark = () => (document.documentElement.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";

function turnTheme() {
  document.documentElement.dataset.theme = isDark() ? "light" : "dark";
  memory.set("theme", document.documentElement.dataset.theme);
  showBar();
}

function turnLanguage() {
  chooseLanguage(language() === "zh" ? "en" : "zh");
  memory.set("language", language());
  changed();
}

const bar = h("header", { class: "top" });
const switcher = h("nav", { class: "switcher" });
let barMark;

function showBar() {
  const mark = [language(), state.online, isDark(), state.bot.username].join();
  if (mark === barMark) return;
  barMark = mark;
  bar.replaceChildren(
    h("span", { class: "brand" }, h("img", { src: "/static/icon.svg", alt: "", width: 26, height: 26 }), h("h1", {}, t("title")), state.bot.username && h("span", { class: "handle-name" }, `@${state.bot.username}`)),
    h("span", { class: `line ${state.online ? "on" : "off"}`, role: "status" }, h("i"), t(state.online ? "online" : "offline")),
    h("span", { class: "tools" },
      h("button", { type: "button", class: "tool", onclick: faultDialog }, icon("bolt"), h("span", {}, t("faults"))),
      h("button", { type: "button", class: "tool", onclick: turnLanguage, "aria-label": t("other_language"), title: t("other_language") }, icon("globe"), h("span", {}, language() === "zh" ? "EN" : "中文")),
      iconButton(isDark() ? "sun" : "moon", t(isDark() ? "theme_light" : "theme_dark"), turnTheme)),
  );
}

function showSwitcher() {
  const waiting = { customers: waitingCustomers(), desk: waitingDesk() };
  const button = (side, glyph) => h("button", { type: "button", "aria-pressed": String(document.body.dataset.side === side), onclick: () => turnTo(side) },
    icon(glyph), h("span", {}, t(side)), waiting[side] > 0 && h("span", { class: "count" }, waiting[side]));
  switcher.replaceChildren(button("customers", "people"), button("desk", "desk"));
}

const waitingCustomers = () => customers().reduce((sum, person) => sum + unread(person.id, 0, person.id), 0);

function waitingDesk() {
  const inGroups = groups().flatMap((chat) => [0, ...(chat.topics ?? []).map((topic) => topic.message_thread_id)].map((id) => unread(chat.id, id, actorIn(chat))));
  return [...inGroups, ...staff().map((person) => unread(person.id, 0, person.id))].reduce((sum, count) => sum + count, 0);
}

/** On a narrow screen one side is seen at a time, as its list or as its chat. */
const levels = { customers: "list", desk: "list" };

function goTo(side, level) {
  levels[side] = level;
  Object.assign(document.body.dataset, { side, level });
  changed();
}

const turnTo = (side) => goTo(side, document.body.dataset.side === side ? "list" : levels[side]);

function show() {
  showBar();
  for (const side of Object.values(sides)) {
    side.pane.show();
    side.list.show();
  }
  showSwitcher();
}

function begin() {
  const theme = memory.get("theme");
  if (theme) document.documentElement.dataset.theme = theme;
  chooseLanguage(memory.get("language") ?? (navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en"));
  document.getElementById("app").append(bar, h("main", { class: "sides" }, sides.customers.root, sides.desk.root), switcher);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", showBar);
  document.addEventListener("visibilitychange", changed);
  subscribe(show);
  goTo("customers", "list");
  follow({
    onOpen: async () => load(await readState()),
    onEvent: (event) => (event.type === "commands" ? readState().then(load) : apply(event)),
    onLost: () => setOnline(false),
  });
}

begin();
