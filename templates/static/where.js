// Tells the chat page's server when the zone of this device has changed, so that she can be asked once whether she has
// moved. What was told last is remembered on this device only; a zone, never a position.
(function () {
  "use strict";
  var page = document.querySelector("[data-zone-url]");
  if (!page) return;
  var seen;
  try {
    var zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    seen = localStorage.getItem("yanxin-zone");
    if (!zone || zone === seen) return;
    localStorage.setItem("yanxin-zone", zone);
  } catch (error) {
    return; // no storage: better not to ask than to ask at every look
  }
  if (zone === page.dataset.zone) return;
  fetch(page.dataset.zoneUrl, {
    method: "POST",
    credentials: "same-origin",
    body: new URLSearchParams({ zone: zone }),
  }).catch(function () {});
})();
