// Keys of the homologation table: S same, N not the same, 1 to 9 the reason, W words, Escape out of a field, J next, L list;
// Enter on the list opens its first pair.
"use strict";
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches("input, textarea, select")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (/^[1-9]$/.test(event.key)) {
    document.querySelectorAll("select[data-reasons]").forEach((list) => {
      if (event.key <= list.options.length) list.selectedIndex = event.key - 1;
    });
    return;
  }
  const target = event.key === "Enter" && event.target === document.body
    ? document.querySelector("[data-first]")
    : document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (target) {
    event.preventDefault();
    if (target.matches("textarea")) target.focus(); else target.click();
  }
});
