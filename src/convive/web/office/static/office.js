// Keys of the homologation table: S same, N not the same, J next, L list, Enter on the list opens its first pair.
"use strict";
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea, select")) return;
  const target = event.key === "Enter" && event.target === document.body
    ? document.querySelector("[data-first]")
    : document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (target) {
    event.preventDefault();
    target.click();
  }
});
