// The composer of a use plan: what each fund has left, what is not covered, while amounts are typed.
// Without it the button "count" asks the server for the same figures.

const form = document.querySelector("[data-composer]");

/** Yuan as people type them, in fen; NaN for what is no amount. */
const fenOf = (text) => {
  const plain = text.replace(/[,，\s元]/g, "");
  return /^\d{0,12}(\.\d{0,2})?$/.test(plain) && plain !== "" ? Math.round(Number(plain) * 100) : plain ? NaN : 0;
};
/** Fen as the pages write them: 1,234.50. */
const yuan = (fen) => (fen / 100).toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const set = (element, text) => {
  if (element && element.textContent !== text) element.textContent = text;
};

/** Each line of money: fund, categories, amount. */
const lines = () =>
  [...form.querySelectorAll("[data-fundbox]")].map((box) => ({
    box,
    fund: box.dataset.fundbox,
    free: Number(box.dataset.free),
    input: box.querySelector("input[name^=amount-]"),
    fen: fenOf(box.querySelector("input[name^=amount-]").value) || 0,
    codes: [...box.querySelectorAll("input[name^=categories-]:checked")].map((one) => one.value),
    drawn: 0,
  }));

/** What the chosen lists ask: category, the list's own fund, fen. */
const asked = () =>
  [...form.querySelectorAll("[data-list]")]
    .filter((one) => one.type === "hidden" || one.checked)
    .flatMap((one) =>
      JSON.parse(one.dataset.asked).map(([code, , cash, goods]) => ({ code, fund: one.dataset.fund, fen: cash + goods })),
    );

/** A category is paid by the list's own fund where that names it, else by the first fund that does. */
const share = (funds, wants) => {
  const bare = {};
  for (const want of wants) {
    const naming = funds.filter((line) => line.fen > 0 && line.codes.includes(want.code));
    const chosen = naming.find((line) => line.fund === want.fund) ?? naming[0];
    if (chosen) chosen.drawn += want.fen;
    else bare[want.code] = (bare[want.code] ?? 0) + want.fen;
  }
  return bare;
};

const count = () => {
  const funds = lines();
  const wants = asked();
  const bare = share(funds, wants);
  let lacking = Object.values(bare).reduce((sum, fen) => sum + fen, 0);
  for (const line of funds) {
    const after = line.free - line.fen;
    const missing = Math.max(0, line.drawn - line.fen);
    lacking += missing;
    set(line.box.querySelector("[data-after]"), yuan(after));
    line.box.querySelector(".after").classList.toggle("short", after < 0);
    line.box.querySelector("[data-lack]").hidden = missing === 0;
    set(line.box.querySelector("[data-missing]"), yuan(missing));
    line.input.setAttribute("aria-invalid", String(after < 0 || Number.isNaN(fenOf(line.input.value))));
    line.box.querySelector("[data-take]").hidden = line.codes.length === 0;
  }
  for (const row of form.querySelectorAll("[data-category]")) {
    set(row.querySelector("[data-uncovered]"), yuan(bare[row.dataset.category] ?? 0));
  }
  set(form.querySelector("[data-asked-sum]"), yuan(wants.reduce((sum, want) => sum + want.fen, 0)));
  set(form.querySelector("[data-given-sum]"), yuan(funds.reduce((sum, line) => sum + line.fen, 0)));
  set(form.querySelector("[data-lacking-sum]"), yuan(lacking));
  const sign = form.querySelector("[data-lacking]");
  sign.className = lacking ? "amber" : "green";
};

/** As much as the lists ask of this fund's categories, at most what it has. */
const take = (box) => {
  const funds = lines();
  const own = funds.find((line) => line.box === box);
  own.fen = Math.max(own.fen, 1);
  share(funds, asked());
  own.input.value = yuan(Math.max(0, Math.min(own.drawn, own.free))).replaceAll(",", "");
  count();
};

if (form) {
  form.addEventListener("input", count);
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-take]");
    if (button) take(button.closest("[data-fundbox]"));
  });
  count();
}
