// Lists what makes a page wider than its window; nothing where it fits.
() => {
  const page = document.documentElement;
  if (page.scrollWidth <= page.clientWidth) return [];
  const out = [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > page.clientWidth + 1);
  return [`${page.scrollWidth} px wide`, ...out.slice(0, 3).map((e) => e.outerHTML.slice(0, 80))];
}
