// Short sentences that tell what happened; read aloud, gone after a while.

const MOST = 3;
const LONG = 9000, SHORT = 4500;

export function toast(words, { error = false } = {}) {
  const box = document.createElement("div");
  box.className = error ? "toast toast-error" : "toast";
  const text = document.createElement("span");
  text.textContent = words;
  const close = document.createElement("button");
  close.type = "button";
  close.textContent = "Close";
  close.addEventListener("click", () => box.remove());
  box.append(text, close);
  // A modal dialog makes the rest of the page inert, so the sentence stands inside it.
  const dialog = [...document.querySelectorAll("dialog[open][data-top], dialog[open].small-dialog")].pop();
  (dialog?.querySelector(".modal-body") || document.getElementById("toasts")).append(box);
  while (box.parentElement.querySelectorAll(":scope > .toast").length > MOST) box.parentElement.querySelector(":scope > .toast").remove();
  if (dialog) box.scrollIntoView({ block: "nearest" });
  setTimeout(() => box.remove(), error ? LONG : SHORT);
}
