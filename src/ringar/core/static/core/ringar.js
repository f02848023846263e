// The whole of our own script. Every page works without it.
(() => {
  "use strict";

  const changed = new WeakSet();
  const timers = new WeakMap();
  const PAUSE = 1500; // ms of quiet before a draft is saved

  const guarded = (form) => form && form.method === "post" && form.querySelector("textarea");

  // <form data-autosave="/url/">: what is written is sent there after a pause in the typing.
  // A [data-autosave-status] inside tells how it went, in its own data-saving, data-saved and data-failed.
  const say = (form, what) => {
    const status = form.querySelector("[data-autosave-status]");
    if (status) status.textContent = status.dataset[what] || "";
  };

  const save = async (form) => {
    const timer = timers.get(form);
    say(form, "saving");
    try {
      const answer = await fetch(form.dataset.autosave, {
        method: "POST",
        body: new FormData(form),
        headers: { "X-Requested-With": "fetch" },
      });
      if (!answer.ok || answer.redirected) throw new Error(answer.status);
      if (timers.get(form) !== timer) return; // more was written meanwhile
      changed.delete(form);
      say(form, "saved");
    } catch {
      say(form, "failed");
    }
  };

  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!guarded(form)) return;
    changed.add(form);
    if (!form.dataset.autosave) return;
    clearTimeout(timers.get(form));
    timers.set(form, setTimeout(() => save(form), PAUSE));
  });

  document.addEventListener("submit", (event) => {
    clearTimeout(timers.get(event.target));
    changed.delete(event.target);
  });

  // An open menu closes by Escape, and when one goes elsewhere.
  const closeMenus = (except, giveBackFocus) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (menu.contains(except)) continue;
      menu.open = false;
      if (giveBackFocus) menu.querySelector("summary").focus();
    }
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeMenus(null, true);
  });
  for (const kind of ["click", "focusin"]) {
    document.addEventListener(kind, (event) => closeMenus(event.target, false));
  }

  // Text that nobody saved is not lost by a slip of the hand.
  window.addEventListener("beforeunload", (event) => {
    if ([...document.forms].some((form) => changed.has(form))) event.preventDefault();
  });
})();
