// Annex 1 made better: the opened cell stands in the address, focus goes to its records and back, marks speak on hover.
// Without this file every cell is a link to the page with its records.

const records = document.getElementById("records");
const hint = document.getElementById("hint");

const cellOf = (code) => document.querySelector(`[data-cell="${CSS.escape(code)}"]`);

function mark(code) {
  for (const link of document.querySelectorAll("[data-cell]")) {
    const isOpen = link.dataset.cell === code;
    link.closest("td").classList.toggle("open", isOpen);
    if (isOpen) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

function opened() {
  const part = records.querySelector("[data-opened]");
  if (!part) return;
  mark(part.dataset.opened);
  const address = part.dataset.address;
  if (address !== location.pathname + location.search) history.pushState({}, "", address);
  part.querySelector("[data-focus]").focus({ preventScroll: matchMedia("(min-width: 1181px)").matches });
}

function close() {
  const part = records.querySelector("[data-opened]");
  if (!part) return;
  const back = part.dataset.back.split("#")[0];
  const cell = cellOf(part.dataset.opened);
  records.replaceChildren(hint.content.cloneNode(true));
  mark("");
  history.pushState({}, "", back);
  cell?.focus();
}

if (records) {
  new MutationObserver((changes) => {
    const arrived = changes.flatMap((change) => [...change.addedNodes]);
    if (arrived.some((node) => node.nodeType === 1 && node.matches("[data-opened]"))) opened();
  }).observe(records, { childList: true });
  records.addEventListener("click", (event) => {
    if (event.target.closest("[data-close]")) {
      event.preventDefault();
      close();
    }
  });
  document.addEventListener("keydown", (event) => {
    const busy = document.querySelector("[popover]:popover-open, details.pop[open], dialog[open]");
    if (event.key === "Escape" && !busy) close();
  });
  addEventListener("popstate", () => location.reload());
  if (new URLSearchParams(location.search).has("cell")) {
    const part = records.querySelector("[data-opened]");
    if (part && !location.hash.startsWith("#cell-")) part.querySelector("[data-focus]").focus();
  }
}

// --- what a mark says ---

function place(tip, by) {
  const box = by.getBoundingClientRect();
  tip.classList.add("placed");
  const left = Math.min(Math.max(8, box.right - tip.offsetWidth), innerWidth - tip.offsetWidth - 8);
  const below = box.bottom + 6 + tip.offsetHeight < innerHeight;
  tip.style.left = `${Math.max(8, left)}px`;
  tip.style.top = `${Math.max(8, below ? box.bottom + 6 : box.top - tip.offsetHeight - 6)}px`;
}

for (const button of document.querySelectorAll(".mark[popovertarget]")) {
  const tip = document.getElementById(button.getAttribute("popovertarget"));
  if (!tip?.showPopover) continue;
  // Hover and focus show it, a press keeps it until the next one, Escape or a press elsewhere closes it.
  let kept = false;
  const show = () => tip.matches(":popover-open") || tip.showPopover();
  const hide = () => kept || !tip.matches(":popover-open") || tip.hidePopover();
  tip.addEventListener("toggle", (event) => {
    if (event.newState === "open") place(tip, button);
    else kept = false;
  });
  button.addEventListener("mouseenter", show);
  button.addEventListener("mouseleave", hide);
  button.addEventListener("focus", () => button.matches(":focus-visible") && show());
  button.addEventListener("blur", (event) => tip.contains(event.relatedTarget) || hide());
  button.addEventListener("click", (event) => {
    event.preventDefault();
    kept = !kept;
    if (kept) show();
    else tip.hidePopover();
  });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
