// What the reader has seen: scrolling, unread marks, dismissed messages, the hidden guide.

import { place, channelId } from "./place.js";

const memory = (() => {
  try {
    return globalThis.localStorage;
  } catch {
    return null; // storage is switched off in this browser: nothing is remembered
  }
})();
const recall = (key) => memory?.getItem(key) ?? null;
const remember = (key, value) => memory?.setItem(key, value);
const NEAR_END = 60;
let drawnChannel = channelId();
let drawnThread = place.thread;
const dismissed = new Set();

const messages = () => document.getElementById("messages");
const threadLines = () => document.querySelector(".thread-lines");
const atEnd = (box) => !box || box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END;

export function beforeDrawing() {
  return { messages: atEnd(messages()), thread: atEnd(threadLines()) };
}

export function afterDrawing(kept) {
  const moved = channelId() !== drawnChannel;
  const movedThread = place.thread !== drawnThread;
  drawnChannel = channelId();
  drawnThread = place.thread;
  if (kept.messages || moved) toEnd(messages());
  if (kept.thread || movedThread) toEnd(threadLines());
  for (const ts of dismissed) document.querySelectorAll(`[data-ephemeral][data-ts="${ts}"]`).forEach((m) => (m.hidden = true));
  markUnread();
}

export function toEnd(box) {
  if (box) box.scrollTop = box.scrollHeight;
}

const seenKey = (channel) => `seen/${place.as}/${channel}`;

export function markUnread() {
  for (const room of document.querySelectorAll(".room[data-latest]")) {
    const key = seenKey(room.dataset.goChannel);
    const latest = Number(room.dataset.latest);
    if (room.getAttribute("aria-current") === "page" && !document.hidden) remember(key, String(latest));
    room.classList.toggle("unread", latest > Number(recall(key) ?? 0) && latest > 0);
  }
}

export function dismiss(ts) {
  dismissed.add(ts);
  document.querySelectorAll(`[data-ephemeral][data-ts="${ts}"]`).forEach((m) => (m.hidden = true));
}

export function hideGuide() {
  remember("guide", "hidden");
  document.body.classList.add("guide-hidden");
}

export function showGuide() {
  memory?.removeItem("guide");
  document.body.classList.remove("guide-hidden");
}

export function begin() {
  if (recall("guide") === "hidden") document.body.classList.add("guide-hidden");
  markUnread();
  const named = location.hash.slice(1);
  const wanted = named.startsWith("m-") && document.querySelector(`[data-ts="${CSS.escape(named.slice(2))}"]`);
  if (wanted) wanted.scrollIntoView({ block: "center" });
  else toEnd(messages());
  toEnd(threadLines());
  document.addEventListener("visibilitychange", markUnread);
}
