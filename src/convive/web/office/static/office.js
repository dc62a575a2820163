// Keys of the homologation table: S same, N not the same, 1 to 9 the reason, W words, Escape out of a field, Enter takes the
// decision down, J next, K before, L list; Enter on the list opens its first pair.
"use strict";
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.target.matches("input:not([type=radio]), textarea, select")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (/^[1-9]$/.test(event.key)) {
    const chosen = document.querySelector("input[name=kind]:checked");
    const list = chosen && document.querySelector(`[data-reasons="${chosen.value}"]`);
    if (list && event.key < list.options.length) list.selectedIndex = event.key;
    return;
  }
  const idle = event.target === document.body || event.target.id === "main" || event.target.type === "radio";
  if (event.key === "Enter" && !idle) return;
  const target = event.key === "Enter"
    ? document.querySelector("[data-key=enter], [data-first]")
    : document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (target) {
    event.preventDefault();
    if (target.matches("textarea, input")) target.focus();
    if (!target.matches("textarea")) target.click();
  }
});

// A decision is sent from here, so that where the office cannot be reached it stays on the page and the person is told.
const unsent = document.getElementById("unsent");
const tell = (why) => {
  unsent.textContent = unsent.dataset[why];
  unsent.hidden = false;
  unsent.scrollIntoView({ block: "nearest" });
};
// Whoever signed in again meanwhile has another token.
const token = async () => {
  const page = await fetch(location.href, { headers: { Accept: "text/html" } });
  const form = new DOMParser().parseFromString(await page.text(), "text/html").querySelector("form[data-sent]");
  return form && form.elements.csrfmiddlewaretoken.value;
};
let sending = false;
let failed = false;
const send = async (form, button) => {
  const said = new FormData(form);
  if (button && button.name) said.append(button.name, button.value);
  try {
    if (failed) said.set("csrfmiddlewaretoken", (await token()) || "");
    const answer = await fetch(form.action, { method: "POST", body: said, headers: { Accept: "application/json" } });
    if ((answer.headers.get("Content-Type") || "").startsWith("application/json")) {
      location.assign((await answer.json()).next);
      return;
    }
    tell(answer.status >= 500 ? "away" : "refused");
  } catch {
    tell("away");
  }
  failed = true;
  sending = false;
};
document.querySelectorAll("form[data-sent]").forEach((form) => {
  const reasons = (button) => {
    const kind = (button && button.name === "kind" && button.value) || (form.querySelector("input[name=kind]:checked") || {}).value;
    return [kind, kind && form.querySelector(`[data-reasons="${kind}"]`)];
  };
  form.noValidate = Boolean(form.querySelector("input[name=kind]"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (sending) return;
    const [kind, list] = reasons(event.submitter);
    if (!kind || (list && !list.value)) {
      tell("lacks");
      return;
    }
    sending = true;
    unsent.hidden = true;
    send(form, event.submitter);
  });
});
