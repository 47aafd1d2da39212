// Tells the shop which places were really seen: half of a card on screen for a second (Media Rating Council).
// Views are collected and sent together, at the latest when the page goes.
(() => {
  "use strict";
  const HALF = 0.5, VIEWABLE_MS = 1000, EVERY_MS = 4000;
  const since = new Map();      // card -> when half of it came on screen
  const told = new WeakSet();   // cards that were reported
  let waiting = [];

  const send = () => {
    if (!waiting.length) return;
    const body = new Blob([JSON.stringify({ views: waiting.splice(0, 100) })], { type: "application/json" });
    navigator.sendBeacon("/impressions", body);
  };
  const note = (card, ms) => {
    if (told.has(card) || ms < VIEWABLE_MS) return;
    told.add(card);
    waiting.push({ slate: card.dataset.slate, position: Number(card.dataset.position), ms: Math.round(ms) });
  };
  const look = () => since.forEach((at, card) => note(card, performance.now() - at));
  const observer = new IntersectionObserver((entries) => entries.forEach(({ target, intersectionRatio }) => {
    if (intersectionRatio >= HALF && !document.hidden) {
      if (!since.has(target)) since.set(target, performance.now());
    } else if (since.has(target)) {
      note(target, performance.now() - since.get(target));
      since.delete(target);
    }
  }), { threshold: [0, HALF] });

  const watch = (root) => root.querySelectorAll(".card[data-slate]").forEach((card) => observer.observe(card));
  watch(document);
  new MutationObserver(() => {  // a row was replaced: what left the page is no longer on screen
    [...since.keys()].filter((card) => !card.isConnected).forEach((card) => {
      note(card, performance.now() - since.get(card));
      since.delete(card);
      observer.unobserve(card);
    });
    watch(document);
  }).observe(document.getElementById("main"), { childList: true, subtree: true });

  const interval = setInterval(() => { look(); send(); }, EVERY_MS);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) { look(); since.clear(); send(); } else { observer.disconnect(); watch(document); }
  });
  addEventListener("pagehide", () => { clearInterval(interval); look(); send(); });
})();
