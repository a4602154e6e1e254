/** The list above the composer: commands while one is typed, and what the bot offers inline for "@bot query". */
import { act } from "./api.js";
import { h } from "./dom.js";
import { attempt } from "./overlays.js";
import { state } from "./store.js";
import { t } from "./texts.js";

const PAUSE = 250;

/** `choose(suggestion, completing)` is called with {command} or {result}; completing when Tab was used. */
export function suggestions(area, choose) {
  const root = h("div", { class: "suggestions", role: "listbox", hidden: true, id: `suggestions-${Math.random().toString(36).slice(2)}` });
  let entries = [], at = 0, timer, asked = "", turn = 0;
  for (const [name, value] of [["aria-autocomplete", "list"], ["aria-haspopup", "listbox"], ["aria-controls", root.id]]) area.setAttribute(name, value);

  function draw(drawn, className = "") {
    entries = drawn;
    at = 0;
    root.hidden = !entries.length;
    root.className = `suggestions ${className}`;
    root.setAttribute("aria-label", t(className === "inline" ? "search_results" : "commands"));
    root.replaceChildren(...entries.map((entry) => entry.node()));
    [...root.children].forEach((child, index) => (child.id = `${root.id}-${index}`));
    mark();
  }

  function mark() {
    [...root.children].forEach((child, index) => child.setAttribute("aria-selected", String(index === at)));
    root.children[at]?.scrollIntoView({ block: "nearest" });
    area.setAttribute("aria-expanded", String(!root.hidden));
    area.setAttribute("aria-activedescendant", root.hidden ? "" : root.children[at].id);
  }

  function close() {
    clearTimeout(timer);
    turn += 1;
    asked = "";
    draw([]);
  }

  /** Offers what fits the text in the composer. */
  function offer(text, view) {
    const inline = inlineQuery(text);
    if (inline !== undefined) return askLater(inline, view);
    clearTimeout(timer);
    turn += 1;
    asked = "";
    return draw(commandEntries(commandsStarting(text, view)));
  }

  const commandEntries = (commands) => commands.map((command) => ({
    choice: { command: command.command },
    node: () => h("div", { role: "option", onclick: () => choose({ command: command.command }, false) }, h("b", {}, `/${command.command}`), h("span", {}, command.description)),
  }));

  function showAll(view) {
    const commands = commandsStarting("/", view);
    draw(commands.length ? commandEntries(commands) : [{ node: () => h("p", {}, t("no_commands")) }]);
  }

  function askLater(query, view) {
    if (query === asked && !root.hidden) return;
    asked = query;
    clearTimeout(timer);
    timer = setTimeout(() => askNow(query, view, ++turn), PAUSE);
  }

  async function askNow(query, view, mine) {
    const answer = await attempt(() => act(view.actorId, "inline", { query, chat_id: view.chatId, thread_id: view.threadId || undefined }));
    if (mine !== turn) return;
    const results = answer?.results ?? [];
    draw(results.length ? results.map((result) => inlineEntry(result)) : [{ node: () => h("p", {}, t("no_results")) }], "inline");
  }

  const inlineEntry = (result) => {
    const choice = { result };
    return {
      choice,
      node: () => h("div", { role: "option", onclick: () => choose(choice, false) }, h("i", { class: `avatar small hue-${[...String(result.id)].length % 7}` }, [...(result.title ?? "•")][0]), h("span", {}, h("b", {}, result.title ?? result.id), h("small", {}, result.description ?? result.input_message_content?.message_text ?? ""))),
    };
  };

  /** Whether the key was for the list. */
  function key(event) {
    if (root.hidden || !entries.length) return false;
    if (event.key === "Escape") return close(), true;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) return (at = (at + step + entries.length) % entries.length), mark(), true;
    const picks = (event.key === "Enter" && !event.shiftKey) || event.key === "Tab";
    if (!picks || !entries[at].choice) return false;
    choose(entries[at].choice, event.key === "Tab");
    return true;
  }

  return { root, offer, showAll, close, key };
}

/** What is asked of the bot inline, if the text says so. */
export function inlineQuery(text) {
  const match = /^@(\w+)\s([\s\S]*)$/.exec(text);
  return match && match[1].toLowerCase() === state.bot.username?.toLowerCase() ? match[2].trim() : undefined;
}

export function commandsStarting(text, view) {
  if (!/^\/\w*$/.test(text)) return [];
  const known = state.commands[view.chatId]?.[view.actorId] ?? state.commands[view.actorId]?.[view.actorId] ?? [];
  return known.filter((command) => command.command.startsWith(text.slice(1).toLowerCase()));
}
