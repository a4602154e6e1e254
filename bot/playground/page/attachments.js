/** Ways to send what is not text: the attach menu, dialogs for places and contacts, the voice recorder, the emoji panel. */
import { upload } from "./api.js";
import { h } from "./dom.js";
import { iconButton } from "./icons.js";
import { attempt, choice, dialog, field, menu, toast } from "./overlays.js";
import { nameOf, state } from "./store.js";
import { t } from "./texts.js";

const ALBUM_MOST = 10;

/** Asks for files; gives none when the chooser is dismissed. */
function pick(accept, multiple) {
  return new Promise((resolve) => {
    const input = h("input", { type: "file", accept, multiple, hidden: true, class: "picker" });
    input.addEventListener("change", () => resolve([...input.files]), { once: true });
    input.addEventListener("cancel", () => resolve([]), { once: true });
    document.body.append(input);
    input.click();
    input.remove();
  });
}

/** Uploads and sends: several pictures or files become an album. `send(act, fields)` speaks for the pane. */
export async function sendFiles(files, kind, send, caption) {
  if (!files.length) return;
  if (files.length > ALBUM_MOST) {
    toast(t("file_too_many"), "error");
    return;
  }
  const ids = await attempt(() => upload(files));
  if (ids) await send(actFor(files, kind), { file_ids: ids, text: caption || undefined });
}

/** Pictures and videos may be mixed in an album; one video by itself is a video. */
function actFor(files, kind) {
  if (kind !== "photo" || files.every((file) => file.type.startsWith("image/"))) return kind;
  return files.length > 1 ? "album" : "video";
}

export function attachMenu(anchor, view, send, caption) {
  const files = (kind, accept, multiple) => async () => sendFiles(await pick(accept, multiple), kind, send, caption());
  menu(anchor, [
    { label: t("photo"), hint: t("photos_hint"), icon: "image", act: files("photo", "image/*,video/*", true) },
    { label: t("document"), icon: "file", act: files("document", "", true) },
    { label: t("voice"), icon: "mic", act: files("voice", "audio/*", false) },
    { label: t("video_note"), icon: "circle", act: files("video_note", "video/*", false) },
    { label: t("location"), icon: "place", act: () => placeDialog(send) },
    { label: t("contact"), icon: "person", act: () => contactDialog(view, send) },
  ], t("attach"));
}

function placeDialog(send) {
  const number = (label, name, value, most) => field(label, name, { type: "number", step: "any", min: -most, max: most, value, required: true });
  dialog({
    title: t("location"), submit: t("send"),
    fields: [number(t("latitude"), "latitude", "31.2304", 90), number(t("longitude"), "longitude", "121.4737", 180)],
    done: (values) => send("location", { latitude: Number(values.latitude), longitude: Number(values.longitude) }),
  });
}

function contactDialog(view, send) {
  const people = [...state.people.values()].filter((person) => !person.is_bot && person.id !== view.actorId);
  const whose = [[String(view.actorId), t("contact_own")], ...people.map((person) => [String(person.id), nameOf(person)])];
  dialog({
    title: t("contact"), submit: t("send"),
    fields: [choice(t("contact_whose"), "of", whose, String(view.actorId)), field(t("phone_optional"), "phone", { type: "tel", placeholder: "+86 138 0013 8000" })],
    done: ({ of, phone }) => send("contact", { of: Number(of), phone: phone.trim() || undefined }),
  });
}

/** Records from the microphone into the composer's row; without one a file is asked for instead. */
export async function recordVoice(row, send) {
  const stream = await navigator.mediaDevices?.getUserMedia({ audio: true }).catch(() => undefined);
  if (!stream) {
    await sendFiles(await pick("audio/*", false), "voice", send);
    return;
  }
  const recorder = new MediaRecorder(stream);
  const pieces = [];
  const began = Date.now();
  recorder.ondataavailable = ({ data }) => pieces.push(data);
  const time = h("time", {}, "0:00");
  const ticking = setInterval(() => (time.textContent = elapsed(began)), 250);
  const finish = (keep) => {
    clearInterval(ticking);
    recorder.onstop = () => keep && sendFiles([new File(pieces, "voice.ogg", { type: recorder.mimeType })], "voice", send);
    recorder.stop();
    stream.getTracks().forEach((track) => track.stop());
    bar.remove();
  };
  const bar = h("div", { class: "recorder", role: "group", "aria-label": t("recording") }, h("i", { class: "beat" }), time, h("span", {}, t("recording")), iconButton("trash", t("cancel"), () => finish(false)), iconButton("send", t("send"), () => finish(true), { class: "accent" }));
  row.append(bar);
  recorder.start();
}

function elapsed(began) {
  const seconds = Math.floor((Date.now() - began) / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

const EMOJI = "😀 😄 😂 🙂 😉 😊 😍 😘 🤔 😐 🙄 😴 😢 😭 😡 🤯 😱 🥳 👍 👎 👌 🙏 👏 💪 👋 🤝 ❤️ 🔥 🎉 ⭐ ✅ ❌ 📦 🚚 🛒 💳 🧾 ☎️ ⏰ ❓".split(" ");
const STICKERS = "👋 🙏 👍 😂 😭 😡 🎉 ❤️ 📦 🤔 😴 🐼".split(" ");

/** `insert(emoji)` puts one into the text, `sendSticker(emoji)` sends a big one. */
export function emojiPanel({ insert, sendSticker }) {
  const grid = (title, all, className, use) => h("section", {}, h("h3", {}, title), h("div", { class: className }, all.map((emoji) => h("button", { type: "button", "aria-label": emoji, onclick: () => use(emoji) }, emoji))));
  return h("div", { class: "emoji-panel", role: "group", "aria-label": t("emoji") }, grid(t("stickers"), STICKERS, "stickers", sendSticker), grid("Emoji", EMOJI, "emojis", insert));
}

const STICKER_SIZE = 512;

/** Draws the emoji big and sends the picture as a sticker. */
export async function sendSticker(emoji, send) {
  const canvas = h("canvas", { width: STICKER_SIZE, height: STICKER_SIZE });
  const pen = canvas.getContext("2d");
  Object.assign(pen, { font: `${STICKER_SIZE * 0.78}px ${getComputedStyle(document.body).getPropertyValue("--emoji")}`, textAlign: "center", textBaseline: "middle" });
  pen.fillText(emoji, STICKER_SIZE / 2, STICKER_SIZE * 0.54);
  const picture = await new Promise((resolve) => canvas.toBlob(resolve, "image/webp"));
  const ids = await attempt(() => upload([new File([picture], "sticker.webp", { type: "image/webp" })]));
  if (ids) await send("sticker", { file_ids: ids, emoji });
}

export const REACTIONS = ["👍", "❤️", "🔥", "🎉", "😢", "👎", "🙏"];

/** The row of emoji on top of a message's menu. */
export function reactionRow(react) {
  return h("div", { class: "reaction-row", role: "group", "aria-label": t("react") }, REACTIONS.map((emoji) => h("button", { type: "button", role: "menuitem", "aria-label": `${t("react")} ${emoji}`, onclick: () => react(emoji) }, emoji)));
}

