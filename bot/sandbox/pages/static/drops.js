// A file that is dropped on a form stands in its file field, as if it had been chosen there.

import { toast } from "./toast.js";

const formAt = (event) => event.target.closest?.("[data-takes-file]") ?? null;

function over(form) {
  for (const other of document.querySelectorAll(".file-over")) if (other !== form) other.classList.remove("file-over");
  form?.classList.add("file-over");
}

document.addEventListener("dragover", (event) => {
  if (!event.dataTransfer?.types.includes("Files")) return;
  const form = formAt(event);
  event.preventDefault(); // what is dropped beside a form does not take the page's place
  event.dataTransfer.dropEffect = form ? "copy" : "none";
  over(form);
});

document.addEventListener("dragleave", (event) => event.relatedTarget || over(null));

document.addEventListener("drop", (event) => {
  const files = event.dataTransfer?.files ?? [];
  if (!files.length) return;
  event.preventDefault();
  over(null);
  const form = formAt(event);
  if (form && files.length > 1) toast("One file at a time, please.", { error: true });
  else if (form) form.elements.file.files = files;
});
