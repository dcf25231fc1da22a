// How fast an interaction was acknowledged: a small chip where the click was, Slack's triangle when none came in time.

const STAYS = 8000;

export function showAck(where, answer, what = "") {
  const slots = document.querySelectorAll(`[data-ack-for="${CSS.escape(where)}"]`);
  const late = answer.ok === false && ["timeout", "unreachable", "error"].includes(answer.status);
  for (const slot of slots) {
    const chip = document.createElement("span");
    chip.className = late ? "chip chip-late" : "chip";
    chip.dataset.testid = "ack";
    chip.dataset.ackMs = answer.ack_ms ?? "";
    const words = late ? `⚠ ${lateWords(answer)}` : `ack ${Math.round(answer.ack_ms)} ms`;
    chip.textContent = what ? `${what} · ${words}` : words;
    slot.replaceChildren(chip);
    setTimeout(() => chip.remove(), late ? STAYS * 3 : STAYS);
  }
}

function lateWords(answer) {
  return {
    timeout: "No acknowledgement in 3 s", unreachable: "The app could not be reached", error: "The app answered with an error",
  }[answer.status];
}
