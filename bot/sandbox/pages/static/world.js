// The World panel: deals, days, faults.

import { post } from "./api.js";
import { toast } from "./toast.js";

async function held(button, work) {
  if (button.disabled) return null;
  button.disabled = true;
  const answer = await work();
  button.disabled = false;
  return answer;
}

async function closeDeal(button) {
  const answer = await held(button, () => post("deal", { kind: button.dataset.deal }));
  if (!answer || answer.ok === false) return;
  const name = String(answer.account || answer.name || "").slice(0, 60);
  toast(`Deal closed${name && `: ${name}`}. The card comes to #invoice-approvals.`);
}

async function fault(fields, button, words) {
  const answer = await held(button, () => post("fault", fields));
  if (answer?.ok !== false) toast(words);
}

export async function worldClick(event) {
  const on = (selector) => event.target.closest(selector);
  let button;
  if ((button = on("[data-deal]"))) return closeDeal(button);
  if ((button = on("[data-advance]"))) {
    const days = Number(button.dataset.advance);
    const answer = await held(button, () => post("advance", { days }));
    if (answer?.ok !== false) toast(days === 1 ? "A day has passed." : `${days} days have passed.`);
  } else if ((button = on("[data-fault]"))) {
    const { fault: kind, where, count } = button.dataset;
    const lasting = count ? { count: Number(count) } : {};
    const slow = kind === "slow" ? { seconds: 4 } : {};
    await fault({ where, kind, ...lasting, ...slow }, button, `${button.querySelector("b").textContent}: on.`);
  } else if ((button = on("[data-fault-off]"))) {
    await fault({ where: button.dataset.faultOff, kind: "off" }, button, "Mended.");
  } else if ((button = on("[data-all-mend]"))) {
    await held(button, async () => {
      for (const where of ["slack", "stripe", "salesforce"]) await post("fault", { where, kind: "off" });
      return { ok: true };
    });
    toast("Everything is mended.");
  } else if ((button = on("[data-restart]"))) {
    toast("The app is being restarted…");
    const answer = await held(button, () => post("restart"));
    if (answer?.ok !== false) toast("The app is running again.");
  }
}

async function submitted(event) {
  const days = event.target.closest("[data-advance-until]");
  const change = event.target.closest("[data-change-deal]");
  if (!days && !change) return;
  event.preventDefault();
  if (days) {
    const answer = await post("advance", { until: `${days.elements.until.value}T09:00:00+00:00` });
    if (answer.ok !== false) toast(`It is now ${days.elements.until.value} in the demo.`);
    return;
  }
  const { id, what, value } = change.elements;
  const answer = await post("deal/change", { id: id.value, [what.value]: value.value });
  if (answer.ok !== false) {
    toast("The deal has changed; the draft follows.");
    value.value = "";
  }
}

export function begin() {
  document.addEventListener("click", worldClick);
  document.addEventListener("submit", submitted);
}
