// Slack's modals: the stack of views, sending, closing, errors beside their fields.

import { place } from "./place.js";
import { post } from "./api.js";
import { heldBy } from "./acts.js";
import { showAck } from "./acks.js";
import { draw } from "./live.js";

// After a drawing: open the dialogs that are new, and put the top one last.
export function settleModals() {
  const stack = [...document.querySelectorAll("dialog.modal")];
  for (const dialog of stack) {
    for (const ids of dialog.querySelectorAll(".refused [data-action-id]")) ids.setAttribute("aria-invalid", "true");
    if (dialog.open && !dialog.hasAttribute("data-top")) dialog.close();
    if (dialog.open || !dialog.hasAttribute("data-top")) continue;
    dialog.showModal();
    firstField(dialog)?.focus();
  }
}

// Where typing begins: the first input, of a group the choice that is made. A modal that is only read begins at its top.
function firstField(dialog) {
  const first = dialog.querySelector("[autofocus], .block-input :is(input, select, textarea, button)");
  const chosen = first?.type === "radio" && dialog.querySelector(`input[name="${CSS.escape(first.name)}"]:checked`);
  return chosen || first || dialog.querySelector("[data-view-submit], [data-view-close]");
}

function typed(dialog) {
  const values = {};
  for (const element of dialog.querySelectorAll(".block-input [data-action-id]")) {
    const { blockId, actionId } = element.dataset;
    values[blockId] = { [actionId]: heldBy(element) };
  }
  return values;
}

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-view-form]");
  if (!form) return;
  event.preventDefault();
  const dialog = form.closest("dialog");
  const submit = form.querySelector("[data-view-submit]");
  if (!submit || submit.disabled) return;
  submit.disabled = true;
  submit.classList.add("busy");
  const answer = await post("submit", { as: place.as, view_id: dialog.dataset.viewId, values: typed(dialog) });
  submit.disabled = false;
  submit.classList.remove("busy");
  await draw();
  if (answer.ack_ms != null) showAck(dialog.dataset.viewId, answer);
  dialog.querySelector(".refused [data-action-id]")?.closest(".input-block")?.querySelector("input, select, textarea")?.focus();
});

async function close(dialog) {
  await post("close", { as: place.as, view_id: dialog.dataset.viewId });
  await draw();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-view-close]");
  if (button) close(button.closest("dialog"));
});

// Escape: the browser would only hide the dialog; the workspace has to know. (It does not bubble, hence the capture.)
document.addEventListener("cancel", (event) => {
  if (!event.target.matches?.("dialog.modal")) return;
  event.preventDefault();
  close(event.target);
}, true);
