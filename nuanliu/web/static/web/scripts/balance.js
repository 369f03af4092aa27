// A fund's balance after what is being typed. Without it the page shows the balance as it is.

const card = document.querySelector("[data-balance]");
const field = document.getElementById("id_amount_fen");

if (card && field) {
  const line = card.querySelector("[data-after-line]");
  const shown = card.querySelector("[data-after]");
  const count = () => {
    const plain = field.value.replace(/[,，\s元]/g, "");
    const valid = /^\d{1,12}(\.\d{0,2})?$/.test(plain);
    line.hidden = !valid;
    if (!valid) return;
    const after = Number(card.dataset.balance) + Number(card.dataset.sign) * Math.round(Number(plain) * 100);
    shown.textContent = (after / 100).toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
    line.classList.toggle("short", after < 0);
  };
  field.addEventListener("input", count);
  count();
}
