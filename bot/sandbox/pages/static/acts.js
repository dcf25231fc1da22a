// Pressing buttons and choosing in menus of messages, modals and Home.

import { channelId, place } from "./place.js";
import { post } from "./api.js";
import { confirmed } from "./dialogs.js";
import { draw } from "./live.js";
import { showAck } from "./acks.js";

const EXTERNAL = /external_select$/;

// Where an element stands: a message (channel and ts) or a view.
export function standing(element) {
  const view = element.closest("[data-view-id]");
  if (view) return { view_id: view.dataset.viewId, where: view.dataset.viewId };
  const ts = element.closest("[data-ts]")?.dataset.ts;
  return { channel: channelId(), ts, where: ts };
}

async function act(element, value, opener = element) {
  if (element.dataset.confirm && !(await confirmed(JSON.parse(element.dataset.confirm)))) return;
  const { where, ...spot } = standing(element);
  opener.classList.add("busy");
  opener.setAttribute("aria-disabled", "true");
  const answer = await post("click", {
    as: place.as, ...spot, action_id: element.dataset.actionId, block_id: element.dataset.blockId, value,
  });
  opener.classList.remove("busy");
  opener.removeAttribute("aria-disabled");
  if (answer.ack_ms != null) showAck(where, answer);
  await draw();
}

// What an element holds, as the demo interface takes it: a word, or a list of words.
export function heldBy(element) {
  const kind = element.dataset.element;
  if (kind === "datetimepicker") return element.value ? Math.floor(new Date(element.value).getTime() / 1000) : null;
  if (kind === "radio_buttons") return element.querySelector("input:checked")?.value ?? null;
  if (kind === "checkboxes" || kind.startsWith("multi_")) return [...element.querySelectorAll("input:checked")].map((box) => box.value);
  return element.value === "" ? null : element.value;
}

document.addEventListener("click", (event) => {
  const option = event.target.closest(".overflow [data-option]");
  if (option) {
    if (option.dataset.url && /^https?:/i.test(option.dataset.url)) open(option.dataset.url, "_blank", "noopener");
    const overflow = option.closest("[data-action-id]");
    act(overflow, option.dataset.option, overflow.querySelector("[data-menu]"));
    return;
  }
  const button = event.target.closest('[data-action-id][data-element="button"]');
  if (button && button.getAttribute("aria-disabled") !== "true") act(button, button.dataset.value || undefined);
});

document.addEventListener("change", (event) => {
  const element = event.target.closest("[data-action-id]");
  if (!element) return;
  event.target.dataset.touched = "yes";
  const title = element.matches("details.multi") && element.querySelector("summary");
  if (title) title.textContent = `${heldBy(element).length} selected`;
  if (element.hasAttribute("data-dispatch") && !element.matches("textarea, input[type=text]")) act(element, heldBy(element));
});

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-action-id]")) event.target.dataset.touched = "yes";
});

// A text field with dispatch_action is sent on Enter, as in Slack.
document.addEventListener("keydown", (event) => {
  const field = event.target.closest?.("input[data-dispatch][type=text]");
  if (field && event.key === "Enter") {
    event.preventDefault();
    act(field, heldBy(field));
  }
});

// Choices of an external menu of several: those that are ticked stay, whatever is searched for.
async function offer(element, query) {
  const { where, ...spot } = standing(element);
  const answer = await post("options", { as: place.as, ...spot, action_id: element.dataset.actionId, value: query });
  const list = element.querySelector(".multi-options");
  for (const label of list.querySelectorAll("label.option")) if (!label.querySelector("input:checked")) label.remove();
  const ticked = heldBy(element);
  for (const { text, value } of answer.options || []) {
    if (ticked.includes(value)) continue;
    const box = Object.assign(document.createElement("input"), { type: "checkbox", value });
    const words = Object.assign(document.createElement("span"), { textContent: text.text });
    const label = Object.assign(document.createElement("label"), { className: "option" });
    label.append(box, words);
    list.append(label);
  }
}

document.addEventListener("toggle", (event) => {
  const element = event.target;
  if (!element.matches?.("details.multi[data-action-id]") || !EXTERNAL.test(element.dataset.element) || element.dataset.asked) return;
  element.dataset.asked = element.dataset.touched = "yes"; // what is added here is not on the page that the server draws
  const search = Object.assign(document.createElement("input"), { type: "search", placeholder: "Type to search" });
  search.setAttribute("aria-label", "Search");
  search.addEventListener("input", () => offer(element, search.value));
  element.querySelector(".multi-options").prepend(search);
  offer(element, "");
}, true);

// External menus ask the app for their choices when they are opened.
document.addEventListener("focusin", async (event) => {
  const element = event.target.closest?.("select[data-action-id]");
  if (!element || !EXTERNAL.test(element.dataset.element) || element.dataset.asked) return;
  element.dataset.asked = "yes";
  const { where, ...spot } = standing(element);
  const answer = await post("options", { as: place.as, ...spot, action_id: element.dataset.actionId, value: "" });
  for (const { text, value } of answer.options || []) element.add(new Option(text.text, value));
  element.dataset.touched = "yes";
});

