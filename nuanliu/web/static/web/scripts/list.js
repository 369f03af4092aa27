// A list: one tick for all rows of the page, and menus that close when one leaves them. Without this file all works.
"use strict";

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-ticks-all]")) return;
  const table = event.target.closest("table");
  for (const box of table.querySelectorAll("tbody input[name=row]")) box.checked = event.target.checked;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest("details.unfold[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.unfold[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

// A table that renews itself waits while rows are ticked: the ticks would be lost.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.matches(".listing") && event.target.querySelector("input[name=row]:checked")) event.preventDefault();
});
