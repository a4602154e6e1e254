/**
 * Talks to the playground's server: reads its state, acts as a person, uploads files and follows the
 * event stream. Nothing else on the page makes a request.
 */

/** The server refused, or could not be reached (`status` 0). */
export class Refused extends Error {
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}

async function ask(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Refused(0, "unreachable");
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok || body.ok === false) throw new Refused(response.status, body.error ?? body.description ?? `HTTP ${response.status}`);
  return body;
}

const post = (path, body) =>
  ask(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

export const readState = () => ask("/play/state", { cache: "no-store" });
export const orderFault = (fault) => post("/play/faults", fault);
export const addPerson = (person) => post("/play/people", person).then((body) => body.result ?? body);
export const fileUrl = (fileId) => `/play/file/${encodeURIComponent(fileId)}`;

/** Does what a person does: `act(7, "write", {text: "Hello"})`; gives the server's result. */
export async function act(actor, name, fields = {}) {
  return (await post("/play/act", { actor, act: name, ...fields })).result;
}

/** Uploads files and gives their ids, in order. */
export async function upload(files) {
  const form = new FormData();
  for (const file of files) form.append("file", file, file.name ?? "file");
  return (await ask("/play/upload", { method: "POST", body: form })).file_ids;
}

const RETRY_FIRST = 500;
const RETRY_MOST = 5000;

/**
 * Follows the events for as long as the page lives. After each (re)connection `onOpen` is awaited before
 * the events received meanwhile are handed on, so nothing falls between the state and the stream.
 */
export function follow({ onOpen, onEvent, onLost }) {
  let wait = RETRY_FIRST;
  const connect = () => {
    let held = [];
    const source = new EventSource("/play/events");
    const again = () => {
      source.close();
      held = null;
      onLost();
      setTimeout(connect, wait);
      wait = Math.min(wait * 2, RETRY_MOST);
    };
    source.onopen = async () => {
      try {
        await onOpen();
      } catch {
        if (held) again();
        return;
      }
      const waiting = held ?? [];
      held = held && false;
      wait = RETRY_FIRST;
      waiting.forEach(onEvent);
    };
    source.onmessage = ({ data }) => {
      const event = JSON.parse(data);
      if (Array.isArray(held)) held.push(event);
      else onEvent(event);
    };
    source.onerror = () => held !== null && again();
  };
  connect();
}
