// Keys on the list of work: j and k go from item to item, o opens, t takes, x marks as done, ? shows the keys.
const rows = [...document.querySelectorAll("[data-item]")];
const keys = document.querySelector("[data-keys]");

function at() {
  return rows.findIndex((row) => row.contains(document.activeElement));
}

function go(to) {
  const row = rows[Math.min(rows.length - 1, Math.max(0, to))];
  const link = row && row.querySelector("[data-open]");
  if (link) {
    link.focus();
    row.scrollIntoView({ block: "nearest" });
  }
}

function press(what) {
  const row = rows[at()];
  const found = row && row.querySelector(what);
  if (found) {
    found.click();
  }
  return Boolean(found);
}

const deeds = {
  j: () => { go(at() + 1); return true; },
  k: () => { go(at() < 0 ? 0 : at() - 1); return true; },
  o: () => press("[data-open]"),
  t: () => press("[data-take]"),
  x: () => press("[data-done]"),
  "?": () => { keys.open = true; keys.querySelector("summary").focus(); return true; },
};

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input, textarea, select, [contenteditable]");
  const isOurs = keys && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey && Object.hasOwn(deeds, event.key);
  if (isOurs && deeds[event.key]()) {
    event.preventDefault();
  }
});

// After a deed the page comes back to where it was: to the item, or to the one that stands in its place.
document.addEventListener("submit", () => sessionStorage.setItem("work-at", String(at())));
window.addEventListener("load", () => {
  if (rows.length && window.location.hash.startsWith("#item-")) {
    const there = rows.findIndex((row) => `#${row.id}` === window.location.hash);
    setTimeout(() => go(there < 0 ? Number(sessionStorage.getItem("work-at") || 0) : there)); // the browser itself goes there first
  }
});
