// One key for one link or button that names it in data-key, unless somebody is writing; a part that it opens gets the focus.
// Who writes sends with Ctrl and Enter what a button with data-go sends. Pages work without it.
document.addEventListener("keydown", (e) => {
  const isWriting = e.target instanceof Element && e.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
  const go = isWriting && e.key === "Enter" && (e.ctrlKey || e.metaKey) && isWriting.form?.querySelector("[data-go]");
  if (go && !e.defaultPrevented && !e.repeat) {
    e.preventDefault();
    go.click();
    return;
  }
  if (e.defaultPrevented || e.repeat || e.ctrlKey || e.metaKey || e.altKey || isWriting) return;
  const found = document.querySelector(`[data-key="${CSS.escape(e.key)}"]`);
  if (found) {
    e.preventDefault();
    found.click();
    if (found.matches("details[open] > summary")) found.parentElement.querySelector("[name=points]")?.focus();
  }
});
