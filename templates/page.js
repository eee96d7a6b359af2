// Filters and sorts tables marked with data-filter, and lets the keyboard scroll what is wider than its box. Without it
// every row is simply there.
"use strict";
for (const table of document.querySelectorAll("table[data-filter]")) {
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const bar = document.createElement("div");
  bar.className = "filter";
  const field = document.createElement("input");
  field.type = "search";
  field.placeholder = "Filter …";
  field.setAttribute("aria-label", "Filter the rows by text");
  const choice = document.createElement("select");
  choice.setAttribute("aria-label", "Filter the rows by verdict");
  const words = Array.from(new Set(rows.map((row) => row.dataset.verdict)));
  for (const word of ["all", ...words]) choice.add(new Option(word, word));
  const count = document.createElement("output");
  count.setAttribute("aria-live", "polite");
  const update = () => {
    const text = field.value.trim().toLowerCase();
    let shown = 0;
    for (const row of rows) {
      const fits = (choice.value === "all" || row.dataset.verdict === choice.value) && row.textContent.toLowerCase().includes(text);
      row.hidden = !fits;
      if (fits) shown += 1;
    }
    count.textContent = shown === rows.length ? "" : shown + " of " + rows.length;
  };
  field.addEventListener("input", update);
  choice.addEventListener("change", update);
  bar.append(field, choice, count);
  table.parentElement.before(bar);
  Array.from(table.tHead.rows[0].cells).forEach((cell, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = cell.textContent;
    cell.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = cell.getAttribute("aria-sort") === "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      cell.setAttribute("aria-sort", down ? "descending" : "ascending");
      const key = (row) => row.cells[column].textContent.trim();
      const order = (a, b) => key(a).localeCompare(key(b), "en", { numeric: true }) * (down ? -1 : 1);
      body.append(...rows.slice().sort(order));
    });
  });
}
const reach = () => {
  for (const box of document.querySelectorAll(".cell, .display, .math, .scroll, .survivors, p, li, dd, pre")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  }
};
reach();
for (const details of document.querySelectorAll("details")) details.addEventListener("toggle", reach);
