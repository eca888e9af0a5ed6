// Lists what a screen reader would stumble over: doubled ids, controls without names, labels that name nothing, skipped headings.
() => {
  const faults = [];
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  faults.push(...ids.filter((id, k) => ids.indexOf(id) !== k).map((id) => `id ${id} stands twice`));
  for (const e of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    if (!e.labels.length && !e.getAttribute("aria-label")) faults.push(`no label: ${e.outerHTML.slice(0, 80)}`);
  }
  for (const e of document.querySelectorAll("a, button, summary")) {
    if (!e.textContent.trim()) faults.push(`no text: ${e.outerHTML.slice(0, 80)}`);
  }
  for (const e of document.querySelectorAll("img:not([alt])")) faults.push(`no alt: ${e.outerHTML.slice(0, 80)}`);
  for (const name of ["aria-labelledby", "aria-describedby"]) {
    for (const e of document.querySelectorAll(`[${name}]`)) {
      const missing = e.getAttribute(name).split(" ").filter((id) => id && !document.getElementById(id));
      faults.push(...missing.map((id) => `${name} names ${id}, which is not there`));
    }
  }
  for (const one of ["main", "body > header", "body > footer", "h1"]) {
    if (document.querySelectorAll(one).length !== 1) faults.push(`${document.querySelectorAll(one).length} of ${one}`);
  }
  let level = 1;
  for (const h of document.querySelectorAll("h1, h2, h3, h4, h5")) {
    if (Number(h.tagName[1]) > level + 1) faults.push(`the heading ${h.textContent.trim().slice(0, 40)} skips a level`);
    level = Number(h.tagName[1]);
  }
  return faults;
}
