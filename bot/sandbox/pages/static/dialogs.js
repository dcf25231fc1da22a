// Dialogs of the page's own: a confirmation before an act, a message as JSON.

function built(css, title) {
  const dialog = document.createElement("dialog");
  dialog.className = css;
  const id = `d${Math.random().toString(36).slice(2)}`;
  dialog.setAttribute("aria-labelledby", id);
  const head = element("header", "modal-head");
  const heading = element("h2", "", title);
  heading.id = id;
  const close = element("button", "close", "×");
  close.type = "button";
  close.setAttribute("aria-label", "Close");
  close.addEventListener("click", () => dialog.close());
  head.append(heading, close);
  const main = element("div", "modal-body");
  const foot = element("footer", "modal-foot");
  dialog.append(head, main, foot);
  dialog.addEventListener("close", () => dialog.remove());
  return { dialog, main, foot };
}

function element(name, css = "", words = "") {
  const made = document.createElement(name);
  if (css) made.className = css;
  made.textContent = words;
  return made;
}

function button(words, css = "btn") {
  const made = element("button", css, words);
  made.type = "button";
  return made;
}

const bare = (text) => (text?.text || "").replace(/[*_~`]/g, (mark) => (text.type === "mrkdwn" ? "" : mark))
  .replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

// Ask as Slack does before a button with `confirm`; resolves to true if the visitor goes on.
export function confirmed(ask) {
  const { dialog, main, foot } = built("small-dialog", bare(ask.title));
  dialog.dataset.testid = "confirm";
  const words = element("p", "", bare(ask.text));
  words.style.whiteSpace = "pre-wrap";
  main.append(words);
  const no = button(bare(ask.deny) || "Cancel");
  const yes = button(bare(ask.confirm) || "Yes", ask.style === "danger" ? "btn btn-danger btn-filled" : "btn btn-primary");
  yes.dataset.testid = "confirm-yes";
  foot.append(no, yes);
  document.body.append(dialog);
  return new Promise((done) => {
    let answer = false;
    yes.addEventListener("click", () => { answer = true; dialog.close(); });
    no.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => done(answer));
    dialog.showModal();
    yes.focus();
  });
}

export function showJson(value) {
  const { dialog, main, foot } = built("json-dialog", "Message as JSON");
  dialog.dataset.testid = "json";
  const text = JSON.stringify(value, null, 2);
  main.append(element("pre", "", text));
  const copy = button("Copy");
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text);
    copy.textContent = "Copied";
  });
  const close = button("Close", "btn btn-primary");
  close.addEventListener("click", () => dialog.close());
  foot.append(copy, close);
  document.body.append(dialog);
  dialog.showModal();
  close.focus();
}
