// What scripts add to the page of a report: the draft is kept while she types, and characters are counted. Without this
// file the button keeps it. What was not kept is tried again, and what another device wrote is never overwritten.
(function () {
  "use strict";
  var form = document.querySelector("form.draft");
  if (!form) return;
  var status = form.querySelector("[data-status]");
  var dirty = {};
  var timer = null;
  var busy = false;
  var stopped = false;

  function areas() {
    return Array.prototype.slice.call(form.querySelectorAll("textarea"));
  }

  function keyOf(area) {
    return area.name.replace("text.", "");
  }

  function say(which) {
    status.textContent = form.dataset[which] || "";
    status.classList.toggle("is-late", which !== "saved" && which !== "saving");
  }

  function count(area) {
    var shown = form.querySelector('[data-count="' + keyOf(area) + '"]');
    if (shown) shown.textContent = Array.from(area.value.replace(/\s+/g, "")).length;
  }

  function later(milliseconds) {
    window.clearTimeout(timer);
    timer = window.setTimeout(keep, milliseconds);
  }

  function body() {
    var data = new URLSearchParams();
    data.set("tab", form.elements.tab.value);
    areas().forEach(function (area) {
      var key = keyOf(area);
      if (!dirty[key]) return;
      data.set(area.name, area.value);
      data.set("base." + key, form.elements["base." + key].value);
    });
    return data;
  }

  function keep(leaving) {
    var sent = dirty;
    if (busy || stopped || Object.keys(sent).length === 0) return;
    var data = body();
    dirty = {};
    busy = true;
    say("saving");
    fetch(form.action, { method: "POST", body: data, headers: { accept: "application/json" }, keepalive: leaving === true })
      .then(function (answer) {
        if (answer.ok) return answer.json();
        var error = new Error(String(answer.status));
        error.over = answer.status === 404 || answer.status === 410;
        throw error;
      })
      .then(function (kept) {
        var together = true;
        Object.keys(kept.sections).forEach(function (key) {
          if (kept.sections[key].kept) form.elements["base." + key].value = kept.sections[key].revision;
          else together = false;
        });
        say(together ? "saved" : "conflict");
      })
      .catch(function (error) {
        Object.keys(sent).forEach(function (key) { dirty[key] = true; });
        if (error.over) { stopped = true; say("over"); return; }
        say("failed");
        later(10000);
      })
      .finally(function () {
        busy = false;
        if (!stopped && Object.keys(dirty).length) later(1500);
      });
  }

  areas().forEach(function (area) {
    area.addEventListener("input", function () {
      dirty[keyOf(area)] = true;
      count(area);
      later(1200);
    });
  });
  document.addEventListener("visibilitychange", function () {
    if (document.visibilityState === "hidden") keep(true);
  });
  form.addEventListener("submit", function () { dirty = {}; stopped = true; });
})();
