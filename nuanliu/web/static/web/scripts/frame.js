// The frame's comforts. Every one of them has a way without script.
"use strict";

const field = () => document.getElementById("global-search");
const typing = (element) => element.closest("input, textarea, select, [contenteditable]");

// "/" or Ctrl+K goes to the search line.
document.addEventListener("keydown", (event) => {
  const asked = (event.key === "/" && !typing(event.target) && !event.ctrlKey && !event.metaKey && !event.altKey)
    || (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey));
  if (asked && field()) {
    event.preventDefault();
    field().focus();
    field().select();
  }
});

// Escape closes what hangs open and goes back to what opened it.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = event.target.closest("details.pop[open]");
  if (open) {
    open.open = false;
    open.querySelector("summary").focus();
  }
  if (event.target.closest("form.search")) {
    document.getElementById("suggestions").replaceChildren();
    field().focus();
  }
});

// A click elsewhere closes it too; only one hangs open at a time.
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.pop[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
  if (!event.target.closest("form.search")) document.getElementById("suggestions")?.replaceChildren();
});

// Arrows walk from the search line through the suggestions.
document.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const form = event.target.closest("form.search");
  if (!form) return;
  const stops = [field(), ...form.querySelectorAll("#suggestions a")];
  const next = stops.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1);
  if (stops.length > 1 && stops[next]) {
    event.preventDefault();
    stops[next].focus();
  }
});

// When a part of the page is exchanged under the focus, the focus goes to what took its place.
let held = null;
document.addEventListener("htmx:before:swap", () => { held = document.activeElement; });
document.addEventListener("htmx:after:swap", (event) => {
  if (!held || held === document.body || held.isConnected) return;
  const again = held.id && document.getElementById(held.id);
  const target = again || (event.target instanceof HTMLElement && event.target.isConnected ? event.target : null);
  if (!target) return;
  if (!again && !target.hasAttribute("tabindex")) target.setAttribute("tabindex", "-1");
  target.focus({ preventScroll: true });
});
