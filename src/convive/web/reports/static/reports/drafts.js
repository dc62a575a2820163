/* Drafts of open reports: kept on this telephone while there is no network, sent when there is, deleted once sent or old.
   Only the open form loads this file. The sealed channel has no scripts and leaves nothing here, and words that belong
   into it are not kept here either. */
"use strict";

(function () {
  const STORE = "drafts";
  const DAY = 24 * 3600 * 1000;
  const MOST_SIDE = 1600;

  if ("serviceWorker" in navigator) navigator.serviceWorker.register("/r/worker.js", { scope: "/r/" }).catch(() => {});
  const box = document.querySelector("[data-drafts]");
  const form = document.querySelector("form[data-report]");
  if (!box || !form || !("indexedDB" in window)) return;
  const words = box.dataset;

  function opened() {
    return new Promise((resolve, reject) => {
      const asked = indexedDB.open("reports", 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "id", autoIncrement: true });
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
  }

  async function store(mode, act) {
    const database = await opened();
    try {
      return await new Promise((resolve, reject) => {
        const asked = act(database.transaction(STORE, mode).objectStore(STORE));
        asked.onsuccess = () => resolve(asked.result);
        asked.onerror = () => reject(asked.error);
      });
    } finally {
      database.close();
    }
  }

  // Drawn anew and smaller: what the camera wrote into it does not stay, and a slow network can carry it.
  async function smaller(file) {
    if (!file || !file.size) return null;
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, MOST_SIDE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.8));
  }

  function button(label, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "second";
    made.textContent = label;
    made.addEventListener("click", act);
    return made;
  }

  function say(text, ...more) {
    const line = document.createElement("p");
    line.className = "fine";
    line.textContent = text;
    line.append(...more);
    box.replaceChildren(line);
  }

  // As the server asks (intake.dangerous): whole words, without accents and case.
  function dangerous(given) {
    const said = [...given.values()].filter((value) => typeof value === "string").join(" ");
    const plain = said.normalize("NFKD").replace(/\p{Mn}/gu, "").toUpperCase();
    const line = ` ${(plain.match(/[\p{L}\p{N}]+/gu) || []).join(" ")} `;
    return words.dangerousWords.split("|").some((word) => word && line.includes(` ${word} `));
  }

  async function keep() {
    const given = new FormData(form);
    if (dangerous(given)) return say(words.dangerous);
    const photo = await smaller(given.get("photo")).catch(() => null);
    given.delete("photo");
    await store("readwrite", (drafts) => drafts.add({ at: Date.now(), to: words.here, fields: [...given], photo }));
    form.reset();
    say(words.saved);
  }

  async function send(draft) {
    const body = new FormData();
    for (const [name, value] of draft.fields) body.append(name, value);
    if (draft.photo) body.append("photo", draft.photo, "photo.jpg");
    const answer = await fetch(draft.to, { method: "POST", body, credentials: "omit" });
    if (answer.status !== 201 && !draft.fields.some(([name]) => name === "sure")) {
      // Something like it is near, or it sounds dangerous, or it does not fit: a person must look, in the form, which
      // comes back with what was written; the photo is chosen again.
      await store("readwrite", (drafts) => drafts.delete(draft.id));
      return shown(await answer.text());
    }
    if (answer.status !== 201) {
      say(words.refused, " ", button(words.delete, () => drop(draft)));
      return;
    }
    await store("readwrite", (drafts) => drafts.delete(draft.id));
    return shown(await answer.text());
  }

  function shown(html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    document.getElementById("main").replaceChildren(...page.getElementById("main").childNodes);
  }

  async function drop(draft) {
    await store("readwrite", (drafts) => drafts.delete(draft.id));
    box.replaceChildren();
    show();
  }

  async function show() {
    const old = Date.now() - Number(words.days) * DAY;
    for (const draft of await store("readonly", (drafts) => drafts.getAll())) {
      if (draft.at < old) {
        await store("readwrite", (drafts) => drafts.delete(draft.id));
      } else if (navigator.onLine) {
        say(words.kept, " ", button(words.send, () => send(draft).catch(() => say(words.waiting))), " ",
          button(words.delete, () => drop(draft)));
        return;
      } else {
        say(words.waiting, " ", button(words.delete, () => drop(draft)));
      }
    }
  }

  // Sent by itself once there is a network, with nobody having to press anything; the receipt takes the page's place.
  async function sendAll() {
    const [draft] = await store("readonly", (drafts) => drafts.getAll());
    if (draft) await send(draft).catch(() => say(words.waiting));
  }

  form.addEventListener("submit", (event) => {
    if (navigator.onLine) return;
    event.preventDefault();
    keep();
  });
  window.addEventListener("online", sendAll);
  show();
})();
