// Follows the workspace by long poll and draws what changed.

import { fragmentQuery, place, show, move } from "./place.js";
import { morphInto } from "./morph.js";
import { afterDrawing, beforeDrawing } from "./reading.js";
import { settleModals } from "./modals.js";
import { restoreDrafts } from "./composer.js";

let version = Number(document.body.dataset.version);
let drawing = null;
let again = false;

// Fetch the fragments and swap them in; calls that come meanwhile are answered by one more drawing.
export function draw() {
  if (drawing) {
    again = true;
    return drawing;
  }
  drawing = drawOnce().finally(() => {
    drawing = null;
    if (again) {
      again = false;
      draw();
    }
  });
  return drawing;
}

async function drawOnce() {
  const asked = fragmentQuery().toString();
  let page;
  try {
    const response = await fetch(`/_page/fragments?${asked}`);
    if (!response.ok) return;
    page = await response.json();
  } catch {
    return; // the long poll reports that the workspace is away
  }
  if (asked !== fragmentQuery().toString()) return; // the visitor has moved on; another drawing is under way
  version = Math.max(version, page.version);
  const kept = beforeDrawing();
  for (const [id, html] of Object.entries(page.parts)) {
    const element = document.getElementById(id);
    if (element) morphInto(element, html);
  }
  document.title = page.title;
  document.body.dataset.version = page.version;
  settleModals();
  restoreDrafts();
  show();
  afterDrawing(kept);
}

export async function go(news, options) {
  move(news, options);
  document.body.classList.remove("drawer-open");
  if (drawing) again = true;
  await draw();
}

export async function follow() {
  const away = document.createElement("p");
  away.className = "noscript";
  away.setAttribute("role", "alert");
  away.textContent = "The demo workspace does not answer. Start it again; this page comes back by itself.";
  for (;;) {
    try {
      const response = await fetch(`/_demo/api/changes?since=${version}`);
      if (!response.ok) throw new Error(String(response.status));
      const answer = await response.json();
      if (away.isConnected) {
        away.remove();
        version = 0;
      }
      version = answer.version;
      await draw(); // also after a quiet while: the clock has moved on
    } catch {
      document.body.append(away);
      await new Promise((done) => setTimeout(done, 1500));
    }
  }
}

addEventListener("popstate", () => {
  const asked = new URLSearchParams(location.search);
  Object.assign(place, {
    as: asked.get("as") || place.as, channel: asked.get("channel") || "", thread: asked.get("thread") || "",
    tab: asked.get("tab") || "channel", panel: asked.get("panel") || (asked.get("thread") ? "thread" : "auto"),
  });
  show();
  draw();
});
