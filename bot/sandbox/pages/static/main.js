// Starts the page: where clicks on the frame lead, and the loop that follows the workspace.

import { channelId, isPhone, move, place, show, shownPanel } from "./place.js";
import { draw, follow, go } from "./live.js";
import { begin as beginReading, dismiss, hideGuide, showGuide } from "./reading.js";
import { begin as beginWorld } from "./world.js";
import { settleModals } from "./modals.js";
import { post } from "./api.js";
import { showJson } from "./dialogs.js";
import { showAck } from "./acks.js";
import { toast } from "./toast.js";
import "./drops.js";
import "./menus.js";
import "./acts.js";
import "./composer.js";

async function openHome() {
  await go({ tab: "home", thread: "", panel: isPhone() ? "none" : place.panel === "thread" ? "auto" : place.panel });
  await post("open_home", { as: place.as });
  await draw();
}

function openChannel(channel) {
  const leaving = channel !== channelId();
  const panel = isPhone() || (leaving && place.panel === "thread") ? "auto" : place.panel;
  return go({ channel, tab: "channel", shown: leaving ? "" : place.shown, thread: leaving ? "" : place.thread, panel });
}

function openPanel(panel) {
  const thread = panel === "thread" ? place.thread : "";
  return go({ panel, thread });
}

function toTab(tab) {
  if (tab === "home") return openHome();
  if (tab === "chat") return go({ tab: "channel", panel: "none", thread: "" });
  return openPanel(tab);
}

async function become(item) {
  const tab = item.hasAttribute("data-outsider") ? "channel" : place.tab;
  await go({ as: item.dataset.person, tab, thread: "", panel: place.panel === "thread" ? "auto" : place.panel });
  if (tab === "home") await openHome();
}

async function viewJson(ts) {
  const response = await fetch(`/_page/message?${new URLSearchParams({ as: place.as, channel: channelId(), ts })}`);
  showJson(await response.json());
}

async function useShortcut(button) {
  const message = button.closest("[data-ts]");
  const answer = await post("shortcut", {
    as: place.as, callback_id: button.dataset.shortcut, ...(message ? { channel: channelId(), ts: message.dataset.ts } : {}),
  });
  if (answer.ack_ms != null && message) showAck(message.dataset.ts, answer);
  else if (answer.ack_ms != null) toast(`ack ${Math.round(answer.ack_ms)} ms`);
  await draw();
}

const CLICKS = {
  "[data-go-channel]": (e) => openChannel(e.dataset.goChannel),
  "[data-go-home]": () => openHome(),
  "[data-person]": (e) => become(e),
  "[data-open-thread]": (e) => go({ thread: e.dataset.openThread, panel: "thread" }),
  "[data-panel-toggle]": (e) => openPanel(shownPanel() === e.dataset.panelToggle ? "none" : e.dataset.panelToggle),
  "[data-panel-open]": (e) => openPanel(e.dataset.panelOpen),
  "[data-tab-to]": (e) => toTab(e.dataset.tabTo),
  "[data-json]": (e) => viewJson(e.dataset.json),
  "[data-shortcut]": (e) => useShortcut(e),
  "[data-dismiss]": (e) => dismiss(e.dataset.dismiss),
  "[data-older]": (e) => go({ shown: e.dataset.older }, { replace: true }),
  "[data-guide-hide]": () => hideGuide(),
  "[data-guide-show]": () => {
    showGuide();
    openChannel("C0APPROVALS");
  },
};

document.addEventListener("click", (event) => {
  const drawer = event.target.closest("[data-drawer]");
  if (drawer) {
    const open = document.body.classList.toggle("drawer-open");
    drawer.setAttribute("aria-expanded", String(open));
    return;
  }
  if (document.body.classList.contains("drawer-open") && !event.target.closest(".sidebar")) {
    document.body.classList.remove("drawer-open");
  }
  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
  for (const [selector, act] of Object.entries(CLICKS)) {
    const element = event.target.closest(selector);
    if (!element) continue;
    event.preventDefault();
    act(element);
    return;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  if (document.body.classList.contains("drawer-open")) document.body.classList.remove("drawer-open");
  else if (place.panel === "thread") openPanel("none");
});

addEventListener("resize", show);

move({}, { replace: true });
show();
beginReading();
beginWorld(draw);
settleModals();
draw();
follow();
