// Posts a click on a card while the browser is on its way to the product, and reads a new reason out loud.
(() => {
  "use strict";
  const main = document.getElementById("main");
  const opened = (event) => {
    const link = event.target.closest(".card a.open");
    if (!link || (event.type === "auxclick" && event.button !== 1)) return;
    const { slate, position } = link.closest(".card").dataset;
    const body = new Blob([JSON.stringify({ slate, position: Number(position) })], { type: "application/json" });
    navigator.sendBeacon("/clicks", body);
  };
  main.addEventListener("click", opened);
  main.addEventListener("auxclick", opened);

  new MutationObserver(() => {
    const why = main.querySelector(".why.fresh:not([data-said])");
    if (!why) return;
    why.dataset.said = "yes";
    document.getElementById("announcer").textContent = why.dataset.announce;
    const row = why.closest(".row"), top = row.getBoundingClientRect().top;
    if (top < 0) row.scrollIntoView({ behavior: "smooth" });
    why.tabIndex = -1;
    why.focus({ preventScroll: true });
  }).observe(main, { childList: true, subtree: true });
})();
