// Warns five minutes before the session ends. Nothing that was typed is put into the browser's storage.

const box = document.getElementById("session-end");
const WARN_SECONDS = 300;
let timer;

async function asked(method) {
  const headers = method === "POST" ? { "X-CSRFToken": box.querySelector("[name=csrfmiddlewaretoken]").value } : {};
  const answer = await fetch(box.dataset.address, { method, headers, redirect: "manual" });
  return answer.ok ? (await answer.json()).seconds : 0;
}

function say(text) {
  const line = box.querySelector("p");
  if (line.textContent !== text) line.textContent = text;
  box.hidden = false;
}

function look(seconds) {
  clearTimeout(timer);
  const line = box.querySelector("p");
  if (seconds <= 0) {
    box.querySelector("form").hidden = true;
    say(line.dataset.ended);
  } else if (seconds <= WARN_SECONDS) {
    say(line.dataset.warning.replace("%s", Math.ceil(seconds / 60)));
    timer = setTimeout(ask, Math.min(seconds, 60) * 1000);
  } else {
    box.hidden = true;
    timer = setTimeout(ask, (seconds - WARN_SECONDS) * 1000);
  }
}

// Another window may have gone on meanwhile: the server knows, the clock here does not.
async function ask() {
  try {
    look(await asked("GET"));
  } catch {
    timer = setTimeout(ask, 60_000);
  }
}

if (box) {
  box.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    look(await asked("POST"));
  });
  look(Number(box.dataset.seconds));
}
