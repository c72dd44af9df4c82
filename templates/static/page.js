// What scripts add to the chat page and the answer page: the newest line in view, one press per button, and the
// position, which is asked of the browser only when she presses for it. Everything else works without this file.
(function () {
  "use strict";
  document.documentElement.classList.add("scripted");

  function toEnd() {
    var end = document.getElementById("end");
    if (end) end.scrollIntoView({ block: "end" });
  }

  function offerPosition(root) {
    if (!navigator.geolocation) return;
    root.querySelectorAll("form[data-position]").forEach(function (form) {
      var button = form.querySelector("button");
      form.hidden = false;
      button.addEventListener("click", function () {
        button.disabled = true;
        navigator.geolocation.getCurrentPosition(
          function (found) {
            form.elements.latitude.value = found.coords.latitude;
            form.elements.longitude.value = found.coords.longitude;
            form.submit();
          },
          function () {
            button.textContent = button.dataset.failed;
          },
          { enableHighAccuracy: true, timeout: 20000 }
        );
      });
    });
  }

  var atEnd = true;
  document.addEventListener("htmx:beforeSwap", function () {
    atEnd = window.innerHeight + window.scrollY >= document.documentElement.scrollHeight - 120;
  });
  document.addEventListener("htmx:afterSwap", function () {
    offerPosition(document);
    if (atEnd) toEnd();
  });

  offerPosition(document);
  toEnd();
})();
