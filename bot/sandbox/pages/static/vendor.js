// A vendor's page: the fault switches, and the tables kept up to date.

import { worldClick } from "./world.js";
import { morphInto } from "./morph.js";

const vendor = document.body.dataset.vendor;
const main = document.getElementById("vendor");
const EVERY = 1500;

async function draw() {
  const response = await fetch(`/vendors/${vendor}?part=body`);
  if (response.ok) morphInto(main, await response.text());
}

document.addEventListener("click", async (event) => (await worldClick(event)) && draw());

// The simulators have no change counter of their own, so the page asks now and then while it is looked at.
setInterval(() => {
  if (!document.hidden) draw();
}, EVERY);
