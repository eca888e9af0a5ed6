// Handing in: dropping a file on the form, saying what is chosen, keeping what was pasted, and sending once.
const form = document.querySelector("form[data-upload]");
const done = document.querySelector("[data-handed-in]");
const MOST = 10 * 1024 * 1024;

function draftOf(assignment) {
  return `draft-${assignment}`;
}

function size(bytes) {
  return bytes < 1024 ? `${bytes} bytes` : bytes < 1024 * 1024 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

function prepare() {
  const drop = form.querySelector("[data-drop]");
  const file = form.querySelector("input[type=file]");
  const text = form.querySelector("textarea");
  const chosen = form.querySelector("[data-chosen]");
  const send = form.querySelector("button[type=submit]");
  const draft = draftOf(form.dataset.upload);

  function tell() {
    const picked = file.files[0];
    const isTooLarge = Boolean(picked) && picked.size > MOST;
    file.setCustomValidity(isTooLarge ? `${picked.name} has ${size(picked.size)}; 10 MB is the most.` : "");
    chosen.textContent = !picked ? "" : isTooLarge ? file.validationMessage : `${picked.name}, ${size(picked.size)}, is ready to be handed in.`;
    chosen.classList.toggle("bad", isTooLarge);
  }

  form.querySelector("[data-can-drop]").hidden = false;
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (e) => { e.preventDefault(); drop.classList.add("over"); });
  }
  for (const name of ["dragleave", "drop"]) {
    drop.addEventListener(name, () => drop.classList.remove("over"));
  }
  drop.addEventListener("drop", (e) => {
    e.preventDefault();
    if (e.dataTransfer.files.length > 0) {
      file.files = e.dataTransfer.files;
      tell();
    }
  });
  file.addEventListener("change", tell);

  // What was pasted outlives a logout in mid-upload; it is forgotten with the tab, or once it is handed in.
  const kept = sessionStorage.getItem(draft);
  if (kept && !text.value) {
    text.value = kept;
    text.closest("details").open = true;
  }
  text.addEventListener("input", () => sessionStorage.setItem(draft, text.value));

  form.addEventListener("submit", () => {
    send.disabled = true;
    send.textContent = "Handing in …";
  });
  window.addEventListener("pageshow", () => {
    send.disabled = false;
    send.textContent = "Hand in";
    tell();
    document.getElementById("wrong")?.focus(); // not before: going to the form's anchor takes the focus away
  });
}

if (done) {
  sessionStorage.removeItem(draftOf(done.dataset.handedIn));
}
if (form) {
  prepare();
}
