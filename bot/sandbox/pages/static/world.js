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

const CLICKS = {
  "[data-deal]": closeDeal,
  "[data-advance]": advance,
  "[data-fault]": breakIt,
  "[data-fault-off]": (button) => fault({ where: button.dataset.faultOff, kind: "off" }, button, "Mended."),
  "[data-all-mend]": mendAll,
  "[data-restart]": restart,
};

// Do what a click in the World panel asks for; true if it was one.
export async function worldClick(event) {
  for (const [selector, act] of Object.entries(CLICKS)) {
    const button = event.target.closest(selector);
    if (!button) continue;
    await act(button);
    return true;
  }
  return false;
}

async function advance(button) {
  const days = Number(button.dataset.advance);
  const answer = await held(button, () => post("advance", { days }));
  if (answer?.ok !== false) toast(days === 1 ? "A day has passed." : `${days} days have passed.`);
}

async function breakIt(button) {
  const { fault: kind, where, count } = button.dataset;
  const lasting = count ? { count: Number(count) } : {};
  const slow = kind === "slow" ? { seconds: 4 } : {};
  await fault({ where, kind, ...lasting, ...slow }, button, `${button.querySelector("b").textContent}: on.`);
}

async function mendAll(button) {
  await held(button, async () => {
    for (const where of ["slack", "stripe", "salesforce"]) await post("fault", { where, kind: "off" });
    return { ok: true };
  });
  toast("Everything is mended.");
}

async function restart(button) {
  toast("The app is being restarted…");
  const answer = await held(button, () => post("restart"));
  if (answer?.ok !== false) toast("The app is running again.");
}

async function submitted(event) {
  const days = event.target.closest("[data-advance-until]");
  const change = event.target.closest("[data-change-deal]");
  const usage = event.target.closest("[data-report-usage]");
  if (!days && !change && !usage) return false;
  event.preventDefault();
  if (usage) await reportUsage(usage);
  else await (days ? advanceUntil(days) : changeDeal(change));
  return true;
}

async function advanceUntil(form) {
  const day = form.elements.until.value;
  const answer = await post("advance", { until: `${day}T09:00:00+00:00` });
  if (answer.ok !== false) toast(`It is now ${day} in the demo.`);
}

async function changeDeal(form) {
  const { id, what, value } = form.elements;
  const answer = await post("deal/change", { id: id.value, [what.value]: value.value });
  if (answer.ok === false) return;
  toast("The deal has changed; the draft follows.");
  value.value = "";
}

async function reportUsage(form) {
  const { customer, quantity, csv, file } = form.elements;
  const rows = file.files.length ? await file.files[0].text() : csv.value;
  const one = rows.trim() ? { csv: rows } : { quantity: quantity.value };
  const { meter } = customer.selectedOptions[0]?.dataset ?? {};
  const answer = await post("usage", { customer: customer.value, meter, ...one });
  if (!answer.events) return;
  if (answer.accepted + answer.duplicate) toast(usageWords(answer));
  if (answer.refused && !answer.error) toast(answer.events.find((event) => event.message).message, { error: true });
  if (!answer.refused) form.reset();
}

function usageWords({ accepted, duplicate, refused }) {
  const known = duplicate ? `, ${duplicate} known before` : "";
  return `Usage: ${accepted} accepted${known}${refused ? `, ${refused} refused` : ""}.`;
}

// The example of a usage file is one for the deal and the meter that are chosen above the link.
function offerExample(event) {
  const link = event.target.closest("[data-example-usage]");
  if (!link) return;
  const chosen = link.closest("form").elements.customer.selectedOptions[0];
  if (chosen?.value) {
    link.href = `/_page/usage.csv?${new URLSearchParams({ deal: chosen.value, meter: chosen.dataset.meter })}`;
    return;
  }
  event.preventDefault();
  toast(`${chosen?.textContent ?? "Choose a deal"}.`, { error: true });
}

// `redraw` brings the page up to date: what happens in the world need not have touched Slack yet.
export function begin(redraw) {
  document.addEventListener("click", async (event) => (await worldClick(event)) && redraw());
  document.addEventListener("click", offerExample);
  document.addEventListener("submit", async (event) => (await submitted(event)) && redraw());
}
