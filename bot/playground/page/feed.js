/**
 * The scrolling list of one chat or topic: keeps its place, follows the newest message when the reader is
 * at the end, and otherwise counts what came in a pill. Nodes are reused as long as nothing of them changed.
 */
import { bubble, service, timeOf } from "./bubble.js";
import { arrange, h } from "./dom.js";
import { serviceLine } from "./faces.js";
import { icon } from "./icons.js";
import { keyOf, markRead, state, thread } from "./store.js";
import { language, locale, t } from "./texts.js";

const PAGE = 120;
const NEAR = 80;
const TOGETHER = 5 * 60;
/** The day stays on top of the feed for this long after a scroll. */
const DATE_STAYS = 1200;

const versions = new WeakMap();
let counter = 0;

/** A number that changes when a message is replaced by a newer one. */
function version(message) {
  if (!versions.has(message)) versions.set(message, ++counter);
  return versions.get(message);
}

/** Makes a feed; `show(view)` with view {chatId, threadId, actorId, isGroup} draws it, `empty()` gives what an empty one shows. */
export function feed(doors, empty) {
  const list = h("div", { class: "messages", role: "log", "aria-live": "polite", "aria-relevant": "additions" });
  const scroller = h("div", { class: "scroller", tabindex: "-1" }, list);
  const pill = h("button", { type: "button", class: "pill", hidden: true, onclick: () => toEnd(true) });
  const root = h("div", { class: "feed" }, scroller, pill);
  const cache = new Map();
  let key, view, shown, newest, waiting = 0, limit = PAGE, following = true, resting;

  const isNear = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR;

  function toEnd(smooth = false) {
    following = true;
    waiting = 0;
    scroller.scrollTo({ top: scroller.scrollHeight, behavior: smooth ? "smooth" : "instant" });
    settle();
  }

  /** After a scroll or a drawing: what can be seen is read, and the pill says what cannot. */
  function settle() {
    const isSeen = following && newest && document.visibilityState === "visible" && root.offsetParent;
    if (isSeen && markRead(view.chatId, view.threadId, newest)) doors.seen();
    pill.hidden = following;
    const label = waiting ? `${t("new_messages")}: ${waiting}` : t("to_bottom");
    pill.setAttribute("aria-label", label);
    pill.replaceChildren(...(waiting ? [h("b", {}, waiting)] : []), icon("down"));
  }

  function onScroll() {
    if (!view) return;
    clearTimeout(resting);
    scroller.classList.add("moving");
    resting = setTimeout(() => scroller.classList.remove("moving"), DATE_STAYS);
    following = isNear();
    if (following) waiting = 0;
    if (scroller.scrollTop < NEAR && thread(view.chatId, view.threadId).length > limit) earlier();
    settle();
  }

  function earlier() {
    const fromEnd = scroller.scrollHeight - scroller.scrollTop;
    limit += PAGE;
    show(view);
    scroller.scrollTop = scroller.scrollHeight - fromEnd;
  }

  function enter(nextKey) {
    cache.clear();
    key = nextKey;
    limit = PAGE;
    shown = new Set();
    waiting = 0;
    following = true;
  }

  function show(next) {
    const nextKey = `${keyOf(next.chatId, next.threadId)}:${next.actorId}`;
    const moved = nextKey !== key;
    if (moved) enter(nextKey);
    view = next;
    const all = thread(view.chatId, view.threadId);
    const fresh = moved ? [] : all.filter((message) => !shown.has(message.message_id));
    shown = new Set(all.map((message) => message.message_id));
    newest = all.at(-1)?.message_id;
    arrange(list, all.length ? draw(all.slice(-limit)) : extras(empty(view)));
    root.classList.toggle("is-empty", !all.length);
    const messages = [...list.querySelectorAll("article")];
    if (!list.contains(document.activeElement)) rove(messages, messages.at(-1));
    if (moved || following || fresh.some((message) => message.from?.id === view.actorId)) toEnd();
    else waiting += fresh.length;
    settle();
  }

  /** The nodes for these messages, from the cache where nothing changed. */
  function draw(messages) {
    const used = new Set();
    const nodes = items(messages, view).map((item) => {
      used.add(item.key);
      const known = cache.get(item.key);
      if (known?.mark === item.mark) return known.node;
      const node = item.build(doors);
      cache.set(item.key, { mark: item.mark, node });
      return node;
    });
    for (const known of [...cache.keys()]) if (!used.has(known)) cache.delete(known);
    return [...nodes, ...extras()];
  }

  /** One message is in the tab order, the newest or the last one visited; the arrow keys go from there. */
  function onKey(event) {
    const messages = [...list.querySelectorAll("article")];
    const at = messages.indexOf(document.activeElement);
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const next = at >= 0 && step ? messages[at + step] : undefined;
    if (!next) return;
    event.preventDefault();
    rove(messages, next);
    next.focus();
  }

  function rove(messages, here) {
    for (const message of messages) message.tabIndex = message === here ? 0 : -1;
  }

  /** The bubbles that are not messages yet: somebody is typing, or the bot is streaming a draft. */
  function extras(instead) {
    const place = keyOf(view.chatId, view.threadId);
    const draft = state.drafts.get(place);
    const typing = state.typing.get(place);
    const nodes = instead ? [instead] : [];
    if (draft) nodes.push(h("div", { class: "row other last draft" }, h("div", { class: "column" }, h("div", { class: "bubble with-text" }, h("div", { class: "text", dir: "auto" }, draft)))));
    else if (typing) nodes.push(h("div", { class: "row other last" }, h("div", { class: "column" }, h("div", { class: "bubble dots", role: "status", "aria-label": t("typing") }, h("i"), h("i"), h("i")))));
    return nodes;
  }

  function jump(id) {
    const all = thread(view.chatId, view.threadId);
    const at = all.findIndex((message) => message.message_id === id);
    if (at < 0) return;
    if (all.length - at > limit) {
      limit = all.length - at + PAGE;
      show(view);
    }
    const node = [...list.children].find((child) => (child.dataset.ids ?? child.dataset.id ?? "").split(" ").includes(String(id)));
    if (!node) return;
    following = false;
    node.scrollIntoView({ block: "center", behavior: "smooth" });
    node.classList.remove("flash");
    requestAnimationFrame(() => node.classList.add("flash"));
    node.focus({ preventScroll: true });
  }

  list.addEventListener("keydown", onKey);
  scroller.addEventListener("scroll", onScroll, { passive: true });
  list.addEventListener("load", () => following && toEnd(), true);
  new ResizeObserver(() => following && view && toEnd()).observe(scroller);
  return { root, show, jump, toEnd };
}

const dayOf = (unix) => new Date(unix * 1000).toDateString();

function dayName(unix) {
  const day = new Date(unix * 1000);
  const today = new Date();
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
  if (day.toDateString() === today.toDateString()) return t("today");
  if (day.toDateString() === yesterday.toDateString()) return t("yesterday");
  const year = day.getFullYear() === today.getFullYear() ? undefined : "numeric";
  return day.toLocaleDateString(locale(), { day: "numeric", month: "long", year });
}

/** Messages as what is drawn: date lines, service lines, bubbles; an album is one. */
function items(messages, view) {
  const parts = gather(messages);
  const answered = messages.findLast((message) => message.from?.id !== view.actorId && !serviceLine(message))?.message_id ?? 0;
  const drawn = [];
  parts.forEach((part, index) => {
    const [message] = part;
    if (index === 0 || dayOf(parts[index - 1][0].date) !== dayOf(message.date)) drawn.push(dateItem(message.date));
    drawn.push(serviceLine(message) ? serviceItem(message) : bubbleItem(part, lookOf(parts, index, view, answered)));
  });
  return drawn;
}

function gather(messages) {
  const parts = [];
  for (const message of messages) {
    const last = parts.at(-1);
    if (message.media_group_id && last?.[0].media_group_id === message.media_group_id) last.push(message);
    else parts.push([message]);
  }
  return parts;
}

function lookOf(parts, index, view, answered) {
  const [message] = parts[index];
  const own = message.from?.id === view.actorId;
  return { own, first: !belongs(parts[index - 1]?.[0], message), last: !belongs(parts[index + 1]?.[0], message), named: view.isGroup && !own, seen: answered > message.message_id };
}

/** Whether two neighbours are one person's run: same sender, same day, within five minutes. */
function belongs(neighbour, message) {
  if (!neighbour || serviceLine(neighbour) || neighbour.from?.id !== message.from?.id) return false;
  return dayOf(neighbour.date) === dayOf(message.date) && Math.abs(neighbour.date - message.date) < TOGETHER;
}

const dateItem = (unix) => ({ key: `day ${dayOf(unix)}`, mark: `${language()}${dayName(unix)}`, build: () => h("div", { class: "service day" }, h("span", {}, dayName(unix))) });
const serviceItem = (message) => ({ key: message.message_id, mark: `s${version(message)}${language()}`, build: (doors) => service(message, doors) });
const bubbleItem = (part, look) => ({ key: part[0].message_id, mark: `${part.map(version)}${JSON.stringify(look)}${language()}${timeOf(part[0].date)}`, build: (doors) => bubble(part, look, doors) });
