/**
 * What a message carries besides text: photos, albums, files, voice, round videos, stickers, places and
 * contacts. Used by bubbles; the lightbox is here because only pictures open it.
 */
import { fileUrl } from "./api.js";
import { h } from "./dom.js";
import { avatar } from "./faces.js";
import { icon, iconButton } from "./icons.js";
import { nameOf } from "./store.js";
import { t } from "./texts.js";

/** The nodes for a message's attachment; an empty list for one that is only text. */
export function attachment(message) {
  if (message.photo || message.video || message.animation) return [picture(message)];
  if (message.sticker) return [sticker(message.sticker)];
  if (message.voice || message.audio) return [sound(message.voice ?? message.audio)];
  if (message.video_note) return [roundVideo(message.video_note)];
  if (message.document) return [file(message.document)];
  if (message.location) return [place(message.location)];
  if (message.contact) return [contactCard(message.contact)];
  return [];
}

/** Pictures of one album, laid out as a mosaic; files of an album stand one below the other. */
export function album(messages) {
  const visual = messages.every((message) => message.photo || message.video);
  if (!visual) return h("div", { class: "album-files" }, messages.flatMap(attachment));
  return h("div", { class: `album album-${Math.min(messages.length, 10)}` }, messages.map((message) => picture(message, true)));
}

export const isVisual = (message) => Boolean(message.photo || message.video || message.animation);

const WIDEST = 340;
const TALLEST = 380;

function picture(message, tiled = false) {
  const best = message.photo?.at(-1) ?? message.video ?? message.animation;
  const moving = !message.photo;
  const url = fileUrl(best.file_id);
  const media = moving
    ? h("video", { src: url, preload: "metadata", playsinline: true, muted: Boolean(message.animation), loop: Boolean(message.animation), autoplay: Boolean(message.animation), controls: !tiled })
    : h("img", { src: url, alt: message.caption || t("image_of"), loading: "lazy", decoding: "async" });
  media.addEventListener("error", () => holder.classList.add("broken"), { once: true });
  const open = () => lightbox(url, moving, message.caption);
  const holder = h(moving && !tiled ? "div" : "button", { type: moving && !tiled ? undefined : "button", class: "picture", "aria-label": message.caption || t("image_of"), onclick: moving && !tiled ? undefined : open }, media, moving && tiled && h("span", { class: "badge" }, icon("play")));
  if (!tiled) fit(holder, best.width, best.height);
  return holder;
}

/** Reserves the picture's room before it is loaded, so the feed does not jump. */
function fit(holder, width, height) {
  if (!width || !height) return;
  const scale = Math.min(WIDEST / width, TALLEST / height, Math.max(1, 120 / Math.min(width, height)));
  holder.style.setProperty("--width", `${Math.round(width * scale)}px`);
  holder.style.aspectRatio = `${width} / ${height}`;
}

export function lightbox(url, moving, caption) {
  const shown = moving ? h("video", { src: url, controls: true, autoplay: true }) : h("img", { src: url, alt: caption || t("image_of") });
  const box = h("dialog", { class: "lightbox", "aria-label": caption || t("image_of"), onclick: () => box.close(), onclose: () => box.remove() },
    shown, caption && h("p", {}, caption), iconButton("close", t("close"), () => box.close()));
  document.body.append(box);
  box.showModal();
}

function sticker(content) {
  const words = `${t("sticker")} ${content.emoji ?? ""}`.trim();
  const picture = h("img", { class: "sticker", src: fileUrl(content.file_id), alt: words, width: 160, height: 160 });
  picture.addEventListener("error", () => picture.replaceWith(h("div", { class: "sticker", role: "img", "aria-label": words }, content.emoji ?? "🖼")), { once: true });
  return picture;
}

function file(document) {
  const name = document.file_name ?? t("document");
  const kind = name.includes(".") ? name.split(".").at(-1).slice(0, 4) : "";
  return h("a", { class: "file", href: fileUrl(document.file_id), download: name },
    h("span", { class: "file-icon" }, kind ? kind.toUpperCase() : icon("file")),
    h("span", { class: "file-words" }, h("b", {}, name), h("small", {}, size(document.file_size))));
}

export function size(bytes) {
  if (bytes === undefined) return "";
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 ** 2) return `${(bytes / 1024).toFixed(1)} KB`;
  return `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

const BARS = 36;

/** A waveform's bars from the file's id: the same recording always looks the same. */
function bars(seed) {
  let value = [...seed].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) >>> 0, 7);
  return Array.from({ length: BARS }, (_, index) => {
    value = (value * 1103515245 + 12345) >>> 0;
    return h("i", { style: { height: `${4 + (((value >>> 16) % 100) / 100) * (8 + 8 * Math.sin((index / BARS) * Math.PI))}px` } });
  });
}

function sound(recording) {
  const player = new Audio();
  player.preload = "none";
  const wave = h("span", { class: "wave", "aria-hidden": "true" }, bars(recording.file_unique_id ?? recording.file_id));
  const time = h("small", {}, clock(recording.duration ?? 0));
  const toggle = () => {
    if (!player.src) player.src = fileUrl(recording.file_id);
    if (player.paused) player.play().catch(() => node.classList.add("broken"));
    else player.pause();
  };
  const button = iconButton("play", t("play"), toggle, { class: "round" });
  const show = () => {
    button.replaceChildren(icon(player.paused ? "play" : "pause"));
    button.setAttribute("aria-label", t(player.paused ? "play" : "pause"));
  };
  for (const name of ["play", "pause", "ended"]) player.addEventListener(name, show);
  player.addEventListener("timeupdate", () => {
    const share = player.currentTime / (Number.isFinite(player.duration) ? player.duration : recording.duration || 1);
    wave.style.setProperty("--played", `${Math.min(share, 1) * 100}%`);
    time.textContent = clock(player.currentTime);
  });
  const node = h("div", { class: "sound", "aria-label": t("voice") }, button, h("span", { class: "sound-words" }, recording.title && h("b", {}, recording.title), wave, time));
  return node;
}

function roundVideo(note) {
  const video = h("video", { src: fileUrl(note.file_id), preload: "metadata", playsinline: true });
  const toggle = () => (video.paused ? video.play().catch(() => node.classList.add("broken")) : video.pause());
  const node = h("button", { type: "button", class: "round-video", "aria-label": t("video_note"), onclick: toggle }, video, h("span", { class: "badge" }, icon("play")));
  video.addEventListener("play", () => node.classList.add("playing"));
  video.addEventListener("pause", () => node.classList.remove("playing"));
  return node;
}

function place({ latitude, longitude }) {
  const where = `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;
  const href = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=15/${latitude}/${longitude}`;
  return h("a", { class: "place", href, target: "_blank", rel: "noopener noreferrer", "aria-label": t("location_at", { where }) },
    h("span", { class: "map" }, h("span", { class: "map-pin" }, icon("place"))), h("span", { class: "place-words" }, h("b", {}, t("location")), h("small", {}, where)));
}

function contactCard(contact) {
  return h("div", { class: "contact" }, avatar(contact.user_id ?? 3, nameOf(contact)), h("span", {}, h("b", {}, nameOf(contact)), h("small", {}, contact.phone_number)));
}
