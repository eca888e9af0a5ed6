// One key for one link or button that names it in data-key, unless somebody is writing. Pages work without it.
document.addEventListener("keydown", (e) => {
  const isWriting = e.target instanceof Element && e.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
  if (e.defaultPrevented || e.repeat || e.ctrlKey || e.metaKey || e.altKey || isWriting) return;
  const found = document.querySelector(`[data-key="${CSS.escape(e.key)}"]`);
  if (found) {
    e.preventDefault();
    found.click();
  }
});
