// Calls to the demo workspace's JSON interface. A refusal is told to the visitor in its own words.

import { toast } from "./toast.js";

export async function post(name, fields = {}) {
  let answer;
  try {
    const response = await fetch(`/_demo/api/${name}`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(fields),
    });
    answer = await response.json();
    if (!response.ok && answer.ok === undefined) answer.ok = false;
  } catch {
    answer = { ok: false, error: "The demo workspace does not answer. Is `dunwell demo` still running?" };
  }
  if (answer.ok === false && answer.error) toast(answer.error, { error: true });
  return answer;
}
