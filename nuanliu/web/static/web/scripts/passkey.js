// Passkeys: the browser's own dialogue. Forms that need it are hidden until it is known to be there.

const forms = document.querySelectorAll("form[data-passkey]");

async function credential(form) {
  if (form.dataset.passkey === "sign-in") {
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    return webauthnJSON.get((await answer.json()).request_options);
  }
  const options = JSON.parse(document.getElementById("passkey-options").textContent);
  return form.dataset.passkey === "add"
    ? webauthnJSON.create(options.creation_options)
    : webauthnJSON.get(options.request_options);
}

async function ask(event) {
  event.preventDefault();
  const form = event.currentTarget;
  const said = form.querySelector("[role=status]");
  said.hidden = true;
  try {
    form.elements.credential.value = JSON.stringify(await credential(form));
    form.submit();
  } catch {
    said.textContent = form.dataset.failed;
    said.hidden = false;
  }
}

if (window.PublicKeyCredential && window.webauthnJSON) {
  for (const form of forms) {
    form.hidden = false;
    form.addEventListener("submit", ask);
  }
  for (const part of document.querySelectorAll("[data-needs-passkeys]")) part.hidden = false;
}
