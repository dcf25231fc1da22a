// The World panel: deals, days, faults.

import { get, post } from "./api.js";
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
  const name = answer.deal?.customer || answer.deal?.name || answer.customer || answer.name || "";
  const words = String(name?.name || name).slice(0, 60);
  toast(words ? `Deal closed: ${words}. The card comes to #invoice-approvals.` : "Deal closed. The card comes to #invoice-approvals.");
  fillDeals();
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
    const answer = await post("advance", { until: days.elements.until.value });
    if (answer.ok !== false) toast(`It is now ${days.elements.until.value} in the demo.`);
    return;
  }
  const { id, what, value } = change.elements;
  const answer = await post("deal/change", { id: id.value, ...changed(what.value, value.value) });
  if (answer.ok !== false) {
    toast("The deal has changed; the draft follows.");
    value.value = "";
  }
}

function changed(what, value) {
  if (what === "quantity" || what === "unit_price") return { line: 0, [what]: value };
  return { [what]: value };
}

// Ask which kinds of deal there are and draw their buttons; the ones in the page stand until then.
async function fillKinds() {
  const answer = await get("deal/kinds");
  const kinds = Array.isArray(answer) ? answer : answer?.kinds;
  const box = document.getElementById("deal-kinds");
  if (!kinds?.length || !box) return;
  box.dataset.keep = "";
  box.replaceChildren(...kinds.map((kind) => {
    const known = typeof kind === "string" ? { kind } : kind;
    const name = known.kind || known.name || known.id;
    const before = box.querySelector(`[data-deal="${CSS.escape(name)}"]`);
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "deal-kind" });
    button.dataset.deal = name;
    const title = document.createElement("b");
    title.textContent = known.title || before?.querySelector("b").textContent || name.replaceAll("_", " ").replace(/^./, (c) => c.toUpperCase());
    const what = document.createElement("small");
    what.textContent = known.what || known.description || before?.querySelector("small").textContent || "";
    button.append(title, what);
    return button;
  }));
}

async function fillDeals() {
  const select = document.querySelector("[data-change-deal] [name=id]");
  if (!select) return;
  const answer = await get("deals");
  const deals = Array.isArray(answer) ? answer : answer?.deals || [];
  const chosen = select.value;
  select.replaceChildren(...deals.map((deal) => new Option(String(deal.name || deal.customer || deal.id).slice(0, 60), deal.id)));
  if (!deals.length) select.add(new Option("Close a deal first", ""));
  if (chosen) select.value = chosen;
}

export function begin() {
  document.addEventListener("click", worldClick);
  document.addEventListener("submit", submitted);
  document.addEventListener("focusin", (event) => event.target.matches("[data-change-deal] [name=id]") && fillDeals());
  fillKinds();
  fillDeals();
}
