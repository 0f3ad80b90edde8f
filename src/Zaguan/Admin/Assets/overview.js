// Draws the charts of the overview from the figures that the page brings, again whenever htmx has brought new ones.
(function () {
  "use strict";
  const colours = ["#2fb344", "#d63939", "#f59f00", "#4263eb", "#ae3ec9", "#0ca678", "#74512d", "#667382"];
  let charts = [];
  let open = [];

  function draw() {
    charts.forEach((chart) => chart.destroy());
    charts = Array.from(document.querySelectorAll("[data-chart]"), (place) => {
      const { labels, lines } = JSON.parse(place.dataset.chart);
      const label = (at) => labels[at] ?? "";
      return new uPlot({
        width: place.clientWidth,
        height: 220,
        scales: { x: { time: false } },
        axes: [{ values: (_, splits) => splits.map(label) }, { incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6] }],
        series: [{ label: place.dataset.when, value: (_, at) => (at == null ? "" : label(at)) }, ...lines.map((line, i) => ({ label: line.name, stroke: colours[i % colours.length], width: 2, points: { show: false } }))],
      }, [labels.map((_, i) => i), ...lines.map((line) => line.values)], place);
    });
  }

  document.addEventListener("DOMContentLoaded", draw);
  window.addEventListener("resize", () => charts.forEach((chart) => chart.setSize({ width: chart.root.parentElement.clientWidth, height: 220 })));
  document.addEventListener("htmx:beforeSwap", () => { open = Array.from(document.querySelectorAll("details[open]"), (details) => details.id); });
  document.addEventListener("htmx:afterSwap", () => {
    open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
    draw();
  });
})();
