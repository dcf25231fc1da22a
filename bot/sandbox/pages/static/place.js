// Where the visitor is: the person, the channel, the thread, the tab and the open panel, kept in the address.

const body = document.body;
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
document.cookie = `tz=${zone}; path=/; SameSite=Strict`;

export const place = {
  as: body.dataset.as,
  channel: new URLSearchParams(location.search).get("channel") || "",
  thread: new URLSearchParams(location.search).get("thread") || "",
  tab: body.dataset.tab,
  panel: body.dataset.panel,
  shown: new URLSearchParams(location.search).get("shown") || "",
};

// The id of the channel that is drawn now, whatever the address calls it.
export function channelId() {
  return document.querySelector("[data-channel-id]")?.dataset.channelId || place.channel;
}

export function query(extra = {}) {
  const all = { as: place.as, channel: place.channel, thread: place.thread, panel: place.panel, shown: place.shown, ...extra };
  if (place.tab === "home") all.tab = "home";
  return new URLSearchParams(Object.entries(all).filter(([, value]) => value && value !== "auto"));
}

export function fragmentQuery() {
  return query({ tz: zone, panel: place.panel });
}

export const isPhone = () => matchMedia("(max-width: 720px)").matches;

// Change the place, write it into the address and onto the body; the caller draws anew.
export function move(news, { replace = false } = {}) {
  Object.assign(place, news);
  history[replace ? "replaceState" : "pushState"]({ ...place }, "", `/?${query()}${replace ? location.hash : ""}`);
  show();
}

export function show() {
  body.dataset.as = place.as;
  body.dataset.panel = place.panel;
  body.dataset.tab = place.tab;
  const wide = matchMedia("(min-width: 1000px)").matches;
  const panel = place.panel === "auto" ? (wide ? "world" : "none") : place.panel;
  for (const button of document.querySelectorAll("[data-panel-toggle]")) {
    button.setAttribute("aria-pressed", String(button.dataset.panelToggle === panel));
  }
  const tab = ["world", "log"].includes(panel) ? panel : place.tab === "home" ? "home" : "chat";
  for (const button of document.querySelectorAll("[data-tab-to]")) {
    if (button.dataset.tabTo === tab) button.setAttribute("aria-current", "page");
    else button.removeAttribute("aria-current");
  }
}

export function shownPanel() {
  if (place.panel !== "auto") return place.panel;
  return matchMedia("(min-width: 1000px)").matches ? "world" : "none";
}
