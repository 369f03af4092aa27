/* Hands files in: dropped or chosen, listed before they go, sent with progress, kept when the connection is lost.
   The server takes a submission whole or not at all, and knows the same files again: sending twice makes one list. */
(() => {
  const KINDS = { xlsx: "XLSX", xlsm: "XLSM", xls: "XLS", ods: "ODS", csv: "CSV", tsv: "TSV" };
  const make = (tag, classes, text) => {
    const made = document.createElement(tag);
    if (classes) made.className = classes;
    if (text) made.textContent = text;
    return made;
  };
  const sizeOf = (bytes) => (bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`);
  const kindOf = (file) => KINDS[file.name.split(".").pop().toLowerCase()] || "";

  class Upload {
    constructor(form) {
      this.form = form;
      this.words = form.dataset;
      this.input = form.querySelector("input[type=file]");
      this.button = form.querySelector("button[type=submit]");
      this.files = [];
      this.lost = false;
      this.build();
      this.listen();
    }

    build() {
      const field = this.input.closest("div");
      field.classList.add("dropzone");
      this.zone = field;
      this.input.before(make("p", "quiet", this.words.here));
      this.list = make("ul", "chosen");
      field.append(this.list);
      this.sending = make("div", "sending");
      this.sending.setAttribute("role", "status");
      this.sending.hidden = true;
      this.bar = document.createElement("progress");
      this.bar.setAttribute("aria-label", this.words.sending);
      this.told = make("p");
      this.sending.append(this.bar, this.told);
      this.button.before(this.sending);
    }

    listen() {
      this.input.addEventListener("change", () => this.add(this.input.files));
      this.form.addEventListener("submit", (event) => {
        event.preventDefault();
        this.send();
      });
      for (const name of ["dragenter", "dragover"]) {
        this.zone.addEventListener(name, (event) => {
          event.preventDefault();
          this.zone.classList.add("over");
        });
      }
      for (const name of ["dragleave", "drop"]) this.zone.addEventListener(name, () => this.zone.classList.remove("over"));
      this.zone.addEventListener("drop", (event) => {
        event.preventDefault();
        this.add(event.dataTransfer.files);
      });
      window.addEventListener("online", () => this.lost && this.send());
      window.addEventListener("beforeunload", (event) => (this.request || this.lost) && event.preventDefault());
    }

    add(files) {
      for (const file of files) {
        const known = this.files.some((one) => one.name === file.name && one.size === file.size && one.lastModified === file.lastModified);
        if (!known) this.files.push(file);
      }
      this.lost = false;
      this.draw();
    }

    // What shows without asking the server.
    wrong(file) {
      if (!kindOf(file)) return this.words.kind;
      if (!file.size) return this.words.empty;
      return file.size > Number(this.input.dataset.mostBytes) ? this.words.toolarge : "";
    }

    draw(told = {}) {
      this.list.replaceChildren(...this.files.map((file, index) => {
        const line = make("li");
        const leave = make("button", "button small", this.words.remove);
        leave.type = "button";
        leave.setAttribute("aria-label", `${this.words.remove} ${file.name}`);
        leave.addEventListener("click", () => {
          this.files.splice(index, 1);
          this.draw();
          this.input.focus();
        });
        line.append(make("span", "kind", kindOf(file) || "?"), make("span", "name", file.name), make("span", "size", sizeOf(file.size)), leave,
          make("p", "wrong", told[index] || this.wrong(file)));
        return line;
      }));
      const carried = new DataTransfer();
      this.files.forEach((file) => carried.items.add(file));
      this.input.files = carried.files;
      if (this.files.length && this.words.one) {
        this.button.textContent = this.files.length === 1 ? this.words.one : this.words.many.replace("%s", this.files.length);
      }
    }

    say(text, role = "status") {
      this.sending.hidden = false;
      this.sending.setAttribute("role", role);
      this.told.textContent = text;
    }

    send() {
      if (this.request) return;
      if (!this.files.length) {
        this.say(this.words.none, "alert");
        this.bar.hidden = true;
        this.input.focus();
        return;
      }
      if (!this.form.reportValidity() || this.files.some((file) => this.wrong(file))) return;
      const request = new XMLHttpRequest();
      this.request = request;
      this.lost = false;
      this.button.disabled = true;
      this.bar.hidden = false;
      this.bar.removeAttribute("value");
      this.say(this.words.sending);
      request.upload.addEventListener("progress", (event) => this.progress(event));
      request.upload.addEventListener("load", () => {
        this.bar.removeAttribute("value");
        this.say(this.words.reading);
      });
      for (const name of ["error", "abort", "timeout"]) request.addEventListener(name, () => this.stopped());
      request.addEventListener("load", () => this.answered(request));
      request.open("POST", this.form.action);
      request.setRequestHeader("Accept", "application/json");
      request.responseType = "text";
      request.send(new FormData(this.form));
    }

    progress(event) {
      if (!event.lengthComputable) return;
      this.bar.max = event.total;
      this.bar.value = event.loaded;
      this.say(`${this.words.sending} ${sizeOf(event.loaded)} / ${sizeOf(event.total)}`);
    }

    ready() {
      this.request = null;
      this.bar.hidden = true;
      this.button.disabled = false;
      this.button.textContent = this.words.again;
    }

    stopped() {
      this.ready();
      this.lost = true;
      this.say(`${this.words.lost} ${navigator.onLine ? "" : this.words.waiting}`, "alert");
      this.button.focus();
    }

    answered(request) {
      let answer = null;
      try {
        answer = JSON.parse(request.responseText);
      } catch {
        // A page came instead: the sign-in page, or a failure of the server.
      }
      if (answer && answer.to) {
        this.request = null;
        window.location.assign(answer.to);
        return;
      }
      this.ready();
      if (answer && answer.files) {
        const told = {};
        answer.files.forEach((one) => { told[one.index] = one.told; });
        this.draw(told);
        this.say(Object.values(answer.errors || {}).flat().join(" "), "alert");
      } else if (answer && answer.message) {
        this.say(answer.message, "alert");
      } else {
        this.say(request.responseURL.includes("/accounts/") ? this.words.signedout : this.words.failed, "alert");
      }
    }
  }

  document.querySelectorAll("form.upload").forEach((form) => form.dataset.sending && new Upload(form));
})();
