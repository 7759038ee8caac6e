"use strict";
(() => {
  const subjects = [...document.querySelectorAll(".subject")].map((element) => ({
    element,
    kind: element.dataset.kind,
    text: element.textContent.toLowerCase(),
  }));
  const words = document.getElementById("words");
  const kind = document.getElementById("kind");
  const show = () => {
    const asked = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const one of subjects) {
      const fits = (!kind.value || one.kind === kind.value) && asked.every((word) => one.text.includes(word));
      one.element.toggleAttribute("data-out", !fits);
      shown += fits ? 1 : 0;
    }
    for (const group of document.querySelectorAll(".group")) {
      group.toggleAttribute("data-out", !group.querySelector(".subject:not([data-out])"));
    }
    document.getElementById("shown").textContent = `${shown} of ${subjects.length} shown`;
  };
  words.addEventListener("input", show);
  kind.addEventListener("change", show);
  document.getElementById("open").addEventListener("click", () => {
    for (const one of subjects) one.element.open = !one.element.hasAttribute("data-out");
  });
  // On paper nothing can be opened.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const one of closed) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of closed) one.open = false;
  });
  document.getElementById("filter").hidden = false;
  show();
})();
