// A demonstration's account fills the form; recovery codes can be printed.

for (const button of document.querySelectorAll("button[data-account]")) {
  button.addEventListener("click", () => {
    document.getElementById("id_login").value = button.dataset.account;
    document.getElementById("id_password").value = button.dataset.password;
    document.querySelector(".entrance form.form button").focus();
  });
}

for (const button of document.querySelectorAll("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
