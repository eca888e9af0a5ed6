// Writing a file: line numbers beside the text, going to a line that is named, and no text lost by leaving the page.
const text = document.getElementById("text");
const numbers = document.querySelector("[data-lines]");
const form = document.querySelector("form[data-editor]");

function number() {
  const count = text.value.split("\n").length;
  if (count !== Number(numbers.dataset.count)) {
    numbers.dataset.count = String(count);
    numbers.textContent = Array.from({ length: count }, (_, i) => i + 1).join("\n");
  }
  numbers.scrollTop = text.scrollTop;
}

function go(line) {
  const before = text.value.split("\n").slice(0, line - 1);
  const start = before.length > 0 ? before.join("\n").length + 1 : 0;
  const length = (text.value.split("\n")[line - 1] ?? "").length;
  text.focus();
  text.setSelectionRange(start, start + length);
  const height = Number.parseFloat(getComputedStyle(text).lineHeight);
  text.scrollTop = Math.max(0, (line - 6) * height);
}

if (text && numbers) {
  numbers.hidden = false;
  number();
  text.addEventListener("input", number);
  text.addEventListener("scroll", () => { numbers.scrollTop = text.scrollTop; });
  document.addEventListener("click", (e) => {
    const line = e.target.closest?.("[data-line]");
    if (line) {
      e.preventDefault();
      go(Number(line.dataset.line));
    }
  });
}

if (form) {
  const mark = form.querySelector("[data-changed]");
  const first = text.defaultValue;
  let isSending = false;
  const isChanged = () => text.value !== first || Boolean(document.getElementById("wrong"));
  text.addEventListener("input", () => { mark.hidden = !isChanged(); });
  form.addEventListener("submit", () => { isSending = true; });
  window.addEventListener("pageshow", () => { isSending = false; document.getElementById("wrong")?.focus(); });
  window.addEventListener("beforeunload", (e) => {
    if (isChanged() && !isSending) {
      e.preventDefault();
    }
  });
  document.addEventListener("keydown", (e) => {
    if ((e.ctrlKey || e.metaKey) && e.key === "s") {
      e.preventDefault();
      form.requestSubmit();
    }
  });
}
