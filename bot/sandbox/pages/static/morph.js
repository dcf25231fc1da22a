// Bring an element up to newly rendered HTML and touch only what differs: focus, scrolling, typed text, open menus stay.

const CLIENT_OWNED = new Set(["open", "aria-expanded", "aria-selected"]);

export function morphInto(element, html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  children(element, template.content);
}

function children(from, to) {
  const keyed = new Map();
  for (const child of from.children) {
    const key = keyOf(child);
    if (key) keyed.set(key, child);
  }
  let at = from.firstChild;
  for (const wanted of [...to.childNodes]) {
    const match = matching(at, wanted, keyed);
    if (!match) {
      from.insertBefore(wanted, at);
      continue;
    }
    if (match !== at) from.insertBefore(match, at);
    else at = at.nextSibling;
    node(match, wanted);
  }
  while (at) {
    const gone = at;
    at = at.nextSibling;
    gone.remove();
  }
}

function matching(at, wanted, keyed) {
  const key = wanted.nodeType === Node.ELEMENT_NODE ? keyOf(wanted) : null;
  if (key) {
    const found = keyed.get(key);
    return found && found.nodeName === wanted.nodeName ? found : null;
  }
  return at && at.nodeName === wanted.nodeName && !(at.nodeType === Node.ELEMENT_NODE && keyOf(at)) ? at : null;
}

const keyOf = (element) => element.dataset?.key || element.id || null;

function node(from, to) {
  if (from.nodeType !== Node.ELEMENT_NODE) {
    if (from.nodeValue !== to.nodeValue) from.nodeValue = to.nodeValue;
    return;
  }
  if (from.isEqualNode(to)) return;
  attributes(from, to);
  if (from.hasAttribute("data-keep")) return;
  if (from.tagName === "TEXTAREA" || (from.dataset.touched && from.matches("select, details.multi"))) return;
  children(from, to);
}

function attributes(from, to) {
  const menu = from.matches(".menu, .completions");
  for (const { name, value } of to.attributes) {
    if (keeps(from, name, menu)) continue;
    if (from.getAttribute(name) !== value) from.setAttribute(name, value);
  }
  for (const { name } of [...from.attributes]) {
    if (!to.hasAttribute(name) && !keeps(from, name, menu)) from.removeAttribute(name);
  }
}

function keeps(element, name, menu) {
  if (CLIENT_OWNED.has(name) || (menu && name === "hidden")) return true;
  return ["value", "checked", "data-touched", "data-asked"].includes(name) && (element.dataset.touched || element === document.activeElement);
}
