// The box to write in: messages, replies, and slash commands with completion.

import { place } from "./place.js";
import { post } from "./api.js";
import { draw } from "./live.js";
import { showAck } from "./acks.js";
import { toEnd } from "./reading.js";

const drafts = new Map();
const listOf = (box) => box.closest("form").querySelector(".completions");
const visible = (list) => [...list.querySelectorAll("li:not([hidden])")];

function complete(box) {
  const list = listOf(box);
  const word = box.value;
  const asking = /^\/\S*$/.test(word);
  for (const item of list.querySelectorAll("li")) item.hidden = !item.dataset.command.startsWith(word.toLowerCase());
  list.hidden = !asking || visible(list).length === 0;
  box.setAttribute("aria-expanded", String(!list.hidden));
  choose(box, 0);
}

function choose(box, index) {
  const all = visible(listOf(box));
  all.forEach((item, i) => item.setAttribute("aria-selected", String(i === index)));
  if (all[index] && !listOf(box).hidden) box.setAttribute("aria-activedescendant", all[index].id);
  else box.removeAttribute("aria-activedescendant");
  all[index]?.scrollIntoView({ block: "nearest" });
}

function take(box, item) {
  box.value = `${item.dataset.command} `;
  hide(box);
  box.focus();
}

function hide(box) {
  listOf(box).hidden = true;
  box.setAttribute("aria-expanded", "false");
}

function grow(box) {
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight, 180)}px`;
}

// After a drawing: what was begun in this channel or thread stands in its box again.
export function restoreDrafts() {
  for (const form of document.querySelectorAll("[data-composer]")) {
    const box = form.querySelector("textarea");
    const draft = drafts.get(form.dataset.key);
    if (!draft || box.value) continue;
    box.value = draft;
    grow(box);
  }
}

async function send(form) {
  const box = form.querySelector("textarea");
  const text = box.value.trim();
  if (!text) return;
  box.value = "";
  drafts.delete(form.dataset.key);
  grow(box);
  hide(box);
  const spot = { as: place.as, channel: form.dataset.channelId, text };
  if (text.startsWith("/")) {
    const answer = await post("command", spot);
    if (answer.ok === false && answer.error && !box.value) box.value = text;
    if (answer.ack_ms != null) showAck(form.dataset.testid, answer, text.split(/\s/, 1)[0]);
  } else {
    const answer = await post("message", form.dataset.thread ? { ...spot, thread_ts: form.dataset.thread } : spot);
    if (answer.ok === false && !box.value) box.value = text;
  }
  await draw();
  toEnd(form.parentElement.querySelector(".messages, .thread-lines"));
}

document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-composer] textarea")) return;
  drafts.set(event.target.form.dataset.key, event.target.value);
  grow(event.target);
  complete(event.target);
});

document.addEventListener("keydown", (event) => {
  const box = event.target;
  if (!box.matches?.("[data-composer] textarea")) return;
  const list = listOf(box);
  const all = visible(list);
  const now = all.findIndex((item) => item.getAttribute("aria-selected") === "true");
  if (!list.hidden && ["ArrowDown", "ArrowUp"].includes(event.key)) {
    event.preventDefault();
    choose(box, (now + (event.key === "ArrowDown" ? 1 : -1) + all.length) % all.length);
  } else if (!list.hidden && (event.key === "Tab" || (event.key === "Enter" && box.value.trim() !== all[now]?.dataset.command))) {
    event.preventDefault();
    if (all[now]) take(box, all[now]);
  } else if (!list.hidden && event.key === "Escape") {
    event.preventDefault();
    hide(box);
  } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    send(box.closest("form"));
  }
});

document.addEventListener("mousedown", (event) => {
  const item = event.target.closest(".completions li");
  if (!item) return;
  event.preventDefault();
  take(item.closest("form").querySelector("textarea"), item);
});

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-composer]");
  if (!form) return;
  event.preventDefault();
  send(form);
});
