/**
 * Where a person writes: text, attachments, emoji, commands, the reply keyboard, and the strip above for a reply
 * or an edit. What is sent goes through the pane's `send(act, fields)`.
 */
import { attachMenu, emojiPanel, recordVoice, sendFiles, sendSticker } from "./attachments.js";
import { arrange, h } from "./dom.js";
import { faceOf, summary } from "./faces.js";
import { icon, iconButton } from "./icons.js";
import { hasKeys, replyKeyboard } from "./keyboards.js";
import { menu } from "./overlays.js";
import { findMessage, keyOf, messagesOf, nameOf, personOf, staff, state } from "./store.js";
import { suggestions } from "./suggestions.js";
import { language, t } from "./texts.js";

/** `pane` offers send, tap, actAs, view(); the composer draws itself with `show()`. */
export function composer(pane) {
  const drafts = new Map();
  const folded = new Map();
  let key, view, reply, editing, panel, keyboardMark, forced;

  const area = h("textarea", { rows: 1, dir: "auto", spellcheck: "false", autocomplete: "off", enterkeyhint: "send" });
  const offers = suggestions(area, choose);
  const strip = h("div", { class: "strip-holder" });
  const board = h("div", { class: "board" });
  const face = h("button", { type: "button", class: "actor", "aria-haspopup": "menu", onclick: chooseActor });
  const buttons = makeButtons();
  const row = h("div", { class: "composer-row" }, face, buttons.attach, h("div", { class: "input" }, area, buttons.slash, buttons.keys, buttons.emoji), buttons.mic, buttons.send);
  const root = h("div", { class: "composer" }, offers.root, strip, row, board);

  function makeButtons() {
    return {
      attach: iconButton("clip", t("attach"), (event) => attachMenu(event.currentTarget, view, sendMedia, () => take())),
      slash: iconButton("slash", t("commands"), toggleCommands, { class: "boxed" }),
      keys: iconButton("keys", t("keyboard_show"), toggleKeys),
      emoji: iconButton("smile", t("emoji"), toggleEmoji),
      mic: iconButton("mic", t("record"), () => recordVoice(row, sendMedia)),
      send: iconButton("send", t("send"), submit, { class: "accent" }),
    };
  }

  function label() {
    const names = { attach: "attach", slash: "commands", emoji: "emoji", mic: "record", send: "send" };
    for (const [name, word] of Object.entries(names)) {
      buttons[name].setAttribute("aria-label", t(word));
      buttons[name].title = t(word);
    }
  }

  /** Takes the text out of the box, as a caption or a message. */
  function take() {
    const text = area.value.trim();
    write("");
    return text;
  }

  function write(text) {
    area.value = text;
    resize();
    buttons.send.hidden = !text.trim() && !editing;
    buttons.mic.hidden = !buttons.send.hidden;
  }

  function resize() {
    area.style.height = "auto";
    if (area.scrollHeight) area.style.height = `${Math.min(area.scrollHeight, 180)}px`;
  }

  async function submit() {
    const text = area.value.trim();
    if (!text) return;
    const [edited, answered] = [editing, reply];
    offers.close();
    cancelStrip();
    write("");
    drafts.delete(key);
    if (edited) await pane.send("edit", { message_id: edited.message_id, text });
    else if ((await pane.send("write", { text, ...replyFields(answered) })) === undefined && !area.value) write(text);
  }

  const replyFields = (answered) => (answered ? { reply_to: answered.message_id, quote: answered.chosen || undefined } : {});

  async function sendMedia(name, fields) {
    const answered = reply;
    cancelStrip();
    return pane.send(name, { ...fields, ...replyFields(answered) });
  }

  function choose(choice, completing) {
    offers.close();
    if (choice.command && completing) return write(`/${choice.command} `), area.focus();
    write("");
    area.focus();
    const answered = replyFields(reply);
    cancelStrip();
    if (choice.command) return pane.send("write", { text: `/${choice.command}`, ...answered });
    return pane.send("choose_inline", { result: choice.result, ...answered });
  }

  function toggleCommands() {
    if (!offers.root.hidden) return offers.close();
    offers.showAll(view);
    return area.focus();
  }

  function toggleKeys() {
    const shown = JSON.stringify(state.keyboards.get(view.chatId));
    if (folded.get(key) === shown) folded.delete(key);
    else folded.set(key, shown);
    panel = undefined;
    showBoard();
  }

  function toggleEmoji() {
    panel = panel ? undefined : "emoji";
    showBoard();
  }

  function insert(emoji) {
    area.setRangeText(emoji, area.selectionStart, area.selectionEnd, "end");
    write(area.value);
    area.focus();
  }

  function showBoard() {
    const markup = state.keyboards.get(view.chatId);
    const offered = hasKeys(markup);
    buttons.keys.hidden = !offered;
    const open = offered && folded.get(key) !== JSON.stringify(markup);
    buttons.keys.setAttribute("aria-label", t(open ? "keyboard_hide" : "keyboard_show"));
    buttons.keys.setAttribute("aria-pressed", String(open));
    buttons.emoji.setAttribute("aria-pressed", String(panel === "emoji"));
    const mark = `${key} ${panel} ${open && JSON.stringify(markup)} ${language()}`;
    if (mark === keyboardMark) return;
    keyboardMark = mark;
    arrange(board, boardNodes(markup, open));
  }

  function boardNodes(markup, open) {
    if (panel === "emoji") return [emojiPanel({ insert, sendSticker: (emoji) => sendSticker(emoji, sendMedia) })];
    return open ? [replyKeyboard(markup, pane.tap)] : [];
  }

  function chooseActor(event) {
    const members = staff().filter((person) => state.chats.get(view.chatId)?.member_ids?.includes(person.id));
    menu(event.currentTarget, members.map((person) => ({ label: nameOf(person), face: faceOf(person, "small"), checked: person.id === view.actorId, act: () => pane.actAs(person.id) })), t("write_as", { name: "…" }));
  }

  function cancelStrip() {
    if (editing) write(drafts.get(key) ?? "");
    reply = editing = undefined;
    showStrip();
  }

  function showStrip() {
    const subject = editing ?? reply;
    const title = editing ? t("edit_title") : subject && nameOf(subject.from);
    arrange(strip, subject ? [h("div", { class: "strip" }, icon(editing ? "edit" : "reply"), h("span", {}, h("b", {}, title), h("small", {}, subject.chosen || summary(subject))), iconButton("close", t("cancel"), cancelStrip))] : []);
  }

  function replyTo(message, chosen) {
    editing = undefined;
    reply = { ...message, chosen };
    showStrip();
    area.focus();
  }

  /** The bot asked for an answer to its last message (ForceReply), and nobody wrote since. */
  function answerAsked(markup) {
    forced = markup;
    const asked = messagesOf(view.chatId).findLast((message) => message.from?.id === state.bot.id);
    if (asked && !view.isGroup) replyTo(asked);
  }

  function edit(message) {
    drafts.set(key, area.value);
    reply = undefined;
    editing = message;
    showStrip();
    write(message.text ?? message.caption ?? "");
    area.focus();
  }

  function onKey(event) {
    if (event.isComposing) return;
    if (offers.key(event)) event.preventDefault();
    else if (event.key === "Enter" && !event.shiftKey) event.preventDefault(), submit();
    else if (event.key === "Escape" && (reply || editing)) cancelStrip();
    else if (event.key === "ArrowUp" && !area.value) editLast(event);
  }

  function editLast(event) {
    const last = messagesOf(view.chatId).findLast((message) => message.from?.id === view.actorId && message.text);
    if (!last) return;
    event.preventDefault();
    edit(last);
  }

  function enter(nextKey) {
    if (key) drafts.set(key, editing ? drafts.get(key) : area.value);
    key = nextKey;
    reply = editing = panel = undefined;
    offers.close();
    showStrip();
    write(drafts.get(key) ?? "");
  }

  function show(next) {
    view = next;
    const nextKey = `${keyOf(view.chatId, view.threadId)}`;
    if (nextKey !== key) enter(nextKey);
    const markup = state.keyboards.get(view.chatId);
    const asking = markup?.force_reply && messagesOf(view.chatId).at(-1)?.from?.id === state.bot.id;
    const hint = asking || hasKeys(markup) ? markup.input_field_placeholder : "";
    const actor = personOf(view.actorId);
    area.placeholder = view.isGroup ? t("write_as", { name: nameOf(actor) }) : hint || t("write_here");
    area.setAttribute("aria-label", area.placeholder);
    face.hidden = !view.isGroup;
    face.setAttribute("aria-label", t("write_as", { name: nameOf(actor) }));
    face.title = face.getAttribute("aria-label");
    face.replaceChildren(faceOf(actor, "small"), icon("down"));
    if (editing && !findMessage(view.chatId, editing.message_id)) cancelStrip();
    if (asking && markup !== forced) answerAsked(markup);
    buttons.send.hidden = !area.value.trim() && !editing;
    buttons.mic.hidden = !buttons.send.hidden;
    label();
    showBoard();
  }

  area.addEventListener("input", () => {
    write(area.value);
    offers.offer(area.value, view);
  });
  area.addEventListener("keydown", onKey);
  area.addEventListener("blur", () => setTimeout(() => !root.contains(document.activeElement) && offers.close(), 150));
  area.addEventListener("paste", (event) => event.clipboardData?.files.length && (event.preventDefault(), drop(event.clipboardData.files)));

  function drop(files) {
    const all = [...files];
    return sendFiles(all, all.every((file) => /^(image|video)\//.test(file.type)) ? "photo" : "document", sendMedia, take());
  }

  return { root, show, replyTo, edit, drop, write: (text) => (write(text), area.focus(), offers.offer(text, view)), focus: () => area.focus() };
}
