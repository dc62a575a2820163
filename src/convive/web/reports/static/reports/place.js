/* The map of open reports: dots that lead to reports; in the form, a place is chosen by a click or by moving the map and
   pressing Enter. No tiles: the outline of the units is all it draws. Without this file the fields below it serve. */
"use strict";

(function () {
  const box = document.querySelector("[data-place]");
  if (!box) return;
  const told = JSON.parse(document.getElementById(box.dataset.place).textContent);
  const north = document.getElementById("latitude");
  const east = document.getElementById("longitude");
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  box.hidden = false;
  const map = L.map(box, {
    zoomControl: false, attributionControl: false, scrollWheelZoom: false,
    zoomAnimation: !still, fadeAnimation: !still, markerZoomAnimation: !still,
  });
  L.control.zoom({ zoomInTitle: told.words.nearer, zoomOutTitle: told.words.further }).addTo(map);
  L.geoJSON(told.outline, { interactive: false, style: { className: "outline", weight: 1, fill: false } }).addTo(map);
  const [[west, south], [right, top]] = told.view;
  map.fitBounds([[south, west], [top, right]]);

  function popup(dot) {
    const words = document.createElement("div");
    const link = document.createElement("a");
    link.href = dot.to;
    link.textContent = dot.text[0];
    const line = document.createElement("p");
    line.textContent = dot.text[1];
    words.append(link, line);
    return words;
  }

  for (const dot of told.dots) {
    L.circleMarker(dot.at, { radius: 7, weight: 1, className: `dot ${dot.look}` }).bindPopup(popup(dot)).addTo(map);
  }
  if (told.dots.length === 1) map.setView(told.dots[0].at, 15);
  if (!north || !east) return;

  let here = null;
  function mark(at, written) {
    if (here) here.remove();
    here = L.circleMarker(at, { radius: 9, weight: 2, className: "dot here" }).addTo(map);
    if (!written) return;
    north.value = at.lat.toFixed(6);
    east.value = at.lng.toFixed(6);
    north.dispatchEvent(new Event("input", { bubbles: true }));
  }
  map.on("click", (event) => mark(event.latlng, true));
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target !== box) return;
    event.preventDefault();
    mark(map.getCenter(), true);
  });
  function typed() {
    const at = [Number(north.value.replace("−", "-")), Number(east.value.replace("−", "-"))];
    if (north.value && east.value && at.every(Number.isFinite)) {
      mark(L.latLng(at), false);
      map.setView(at, Math.max(map.getZoom(), 14));
    }
  }
  north.addEventListener("change", typed);
  east.addEventListener("change", typed);
  typed();
})();
