// Draws each chart of statistics from the table below it, so that both always say the same; without this file the
// tables stand alone. What is hidden in the table is a gap in the chart.
(function () {
  "use strict";
  var MARKS = ["circle", "triangle", "rect", "star"];
  var TONES = ["--pico-primary", "--warm", "--well", "--mild"];

  function css(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  function draw(canvas) {
    var table = canvas.closest("section").querySelector("table");
    var rows = Array.from(table.tBodies[0].rows);
    var heads = Array.from(table.tHead.rows[0].cells).map(function (cell) { return cell.textContent; });
    var columns = canvas.dataset.columns.split(",").map(Number);
    var isLine = canvas.dataset.chart === "line";
    var isShare = rows.some(function (row) { return row.cells[columns[0]].dataset.kind === "share"; });
    var ink = css("--ink"), soft = css("--soft"), rule = css("--pico-muted-border-color");
    var sets = columns.map(function (column, place) {
      var tone = css(TONES[place % TONES.length]);
      return {
        label: heads[column],
        data: rows.map(function (row) {
          var value = row.cells[column].dataset.value;
          return value === undefined ? null : Number(value);
        }),
        borderColor: tone, backgroundColor: tone, pointStyle: MARKS[place % MARKS.length], pointRadius: 5, borderWidth: isLine ? 2 : 0,
        maxBarThickness: 22
      };
    });
    function said(value) { return isShare ? Math.round(value * 1000) / 10 + " %" : String(value); }
    var values = { beginAtZero: true, grid: { color: rule }, ticks: { color: soft, precision: isShare ? undefined : 0, callback: said } };
    var names = { grid: { display: false }, ticks: { color: ink, autoSkip: false } };
    if (!isLine) canvas.parentElement.style.height = 90 + rows.length * (18 + 16 * columns.length) + "px";
    new Chart(canvas, {
      type: isLine ? "line" : "bar",
      data: { labels: rows.map(function (row) { return row.cells[0].textContent; }), datasets: sets },
      options: {
        indexAxis: isLine ? "x" : "y", animation: false, maintainAspectRatio: false,
        scales: isLine ? { x: names, y: values } : { x: values, y: names },
        plugins: {
          title: { display: true, text: canvas.dataset.about, color: soft, font: { weight: "normal", size: 11 } },
          legend: { display: columns.length > 1, labels: { color: ink, usePointStyle: true } },
          tooltip: { callbacks: { label: function (item) { return item.dataset.label + ": " + said(item.raw); } } }
        }
      }
    });
  }

  function drawAll() {
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    document.querySelectorAll("canvas[data-chart]").forEach(function (canvas) {
      var old = Chart.getChart(canvas);
      if (old) old.destroy();
      draw(canvas);
    });
  }

  drawAll();
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
})();
