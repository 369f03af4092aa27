/* The sheet: what was found opens beside its cell on hover and focus, and a cell is put right where it stands. */
(() => {
  const REST_MS = 180;
  let waiting = 0;
  let hovered = null;

  const opener = (target) => target instanceof Element && target.closest("[popovertarget]");
  const said = (button) => document.getElementById(button.getAttribute("popovertarget"));

  const place = (box, button) => {
    const cell = (button.closest("td, th") || button).getBoundingClientRect();
    box.classList.add("placed");
    const width = box.offsetWidth;
    const height = box.offsetHeight;
    const below = cell.bottom + 6 + height <= window.innerHeight;
    box.style.left = `${Math.max(12, Math.min(cell.left, window.innerWidth - width - 12))}px`;
    box.style.top = `${below ? cell.bottom + 6 : Math.max(12, cell.top - height - 6)}px`;
  };

  const open = (button) => {
    const box = said(button);
    if (!box || box.matches(":popover-open")) return;
    box.showPopover();
    place(box, button);
  };

  document.addEventListener("toggle", (event) => {
    const box = event.target;
    if (!box.classList || !box.classList.contains("found")) return;
    const button = document.querySelector(`[popovertarget="${box.id}"]`);
    if (event.newState === "open" && button) place(box, button);
  }, true);

  document.addEventListener("focusin", (event) => {
    const button = opener(event.target);
    if (button && button.matches(":focus-visible")) open(button);
  });

  // Open already: a press goes on to what can be done.
  document.addEventListener("click", (event) => {
    const button = opener(event.target);
    const box = button && said(button);
    if (!box || !box.classList.contains("found") || !box.matches(":popover-open")) return;
    event.preventDefault();
    box.querySelector("button, a")?.focus();
  });

  document.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch") return;
    const button = opener(event.target) || opener(event.target.querySelector?.(":scope > .cell"));
    window.clearTimeout(waiting);
    if (button) waiting = window.setTimeout(() => { hovered = said(button); open(button); }, REST_MS);
    else if (hovered && !event.target.closest(".found")) {
      const left = hovered;
      waiting = window.setTimeout(() => {
        if (!left.matches(":hover, :focus-within") && left.matches(":popover-open")) left.hidePopover();
        hovered = null;
      }, REST_MS * 2);
    }
  });

  document.querySelectorAll(".sheetbox").forEach((box) => box.addEventListener("scroll", () => {
    document.querySelectorAll(".found:popover-open").forEach((found) => place(found, document.querySelector(`[popovertarget="${found.id}"]`)));
  }, { passive: true }));

  // Any cell opens by a double click; those with findings by their button, with Enter.
  document.addEventListener("dblclick", (event) => {
    const cell = event.target.closest("td[data-edit]");
    if (cell && !cell.querySelector("form.cellform") && !event.target.closest(".found")) {
      window.htmx.ajax("GET", cell.dataset.edit, { target: cell, swap: "innerHTML" });
    }
  });

  document.addEventListener("keydown", (event) => {
    const form = event.target.closest && event.target.closest("form.cellform");
    if (form && event.key === "Escape") form.querySelector("[data-cancel]").click();
  });

  // Where a box was placed is not carried over into new content: that would be an inline style.
  document.addEventListener("htmx:before:swap", () => {
    document.querySelectorAll(".found[style]").forEach((box) => box.removeAttribute("style"));
  });

  // A cell that opens takes the cursor; a row that was put right keeps the focus near it.
  document.addEventListener("htmx:after:swap", () => {
    const first = document.querySelector("form.cellform:not([data-seen]) input[name=value]");
    if (first) {
      first.form.dataset.seen = "yes";
      first.focus();
      first.select();
      return;
    }
    const fresh = [...document.querySelectorAll(".listsheet tr.fresh")].pop();
    if (fresh && document.activeElement === document.body) (fresh.querySelector("a") || fresh).focus();
  });

  // What the rules refuse is said where the change was asked for.
  document.addEventListener("htmx:after:request", (event) => {
    const { response, sourceElement, text } = event.detail.ctx;
    const told = sourceElement?.closest("form.cellform, .found")?.querySelector(".told");
    if (!told || response.status < 400) return;
    event.preventDefault();
    told.textContent = new DOMParser().parseFromString(text, "text/html").body.textContent.trim().replace(/\s+/g, " ").slice(0, 300);
  });
})();
