/* Draws each map of a page from the data beside it. Words come with the data; without this file the table below the map
   says the same. */
"use strict";

(function () {
  function popup(shape) {
    const box = document.createElement("div");
    shape.text.forEach((line, at) => {
      const part = document.createElement(at ? "p" : "strong");
      part.textContent = line;
      box.append(part);
    });
    return box;
  }

  function turned(ring) {
    return ring.map((point) => [point[1], point[0]]);
  }

  function drawn(shape, layer, found) {
    const told = shape.text.length > 0;
    const polygon = (layer.lines ? L.polyline : L.polygon)(shape.rings.map(turned), {
      className: `shape ${layer.name} ${shape.look}`,
      interactive: told,
      weight: 1,
    });
    if (!told) return polygon;
    polygon.bindPopup(popup(shape));
    polygon.on("add", () => {
      const element = polygon.getElement();
      element.setAttribute("tabindex", "0");
      element.setAttribute("role", "button");
      element.setAttribute("aria-label", shape.text.join(". "));
      element.addEventListener("keydown", (event) => {
        if (event.key === "Enter" || event.key === " ") {
          event.preventDefault();
          polygon.openPopup();
        }
      });
    });
    if (shape.anchor) found.set(shape.anchor, polygon);
    return polygon;
  }

  function named(shape) {
    const middle = L.polygon(shape.rings.map(turned)).getBounds().getCenter();
    const letter = document.createElement("span");
    letter.textContent = shape.mark;
    const icon = L.divIcon({ className: "mark", html: letter, iconSize: [24, 24] });
    return L.marker(middle, { icon, interactive: false, keyboard: false });
  }

  function show(place) {
    const told = JSON.parse(document.getElementById(place.dataset.map).textContent);
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const map = L.map(place, {
      zoomControl: false, attributionControl: false, scrollWheelZoom: false, zoomSnap: 0.25,
      zoomAnimation: !still, fadeAnimation: !still, markerZoomAnimation: !still,
    });
    L.control.zoom({ zoomInTitle: told.words.nearer, zoomOutTitle: told.words.further }).addTo(map);
    L.control.scale({ imperial: false }).addTo(map);
    const found = new Map();
    const groups = new Map();
    for (const layer of told.layers) {
      const group = L.layerGroup();
      for (const shape of layer.shapes) {
        drawn(shape, layer, found).addTo(group);
        if (shape.mark) named(shape).addTo(group);
      }
      groups.set(layer.name, group);
      if (layer.shown) group.addTo(map);
    }
    const [[west, south], [east, north]] = told.view;
    map.fitBounds([[south, west], [north, east]], { padding: [16, 16], maxZoom: 15 });

    const switches = place.parentElement.querySelector(".layers");
    switches.hidden = false;
    switches.addEventListener("change", (event) => {
      const group = groups.get(event.target.value);
      if (event.target.checked) group.addTo(map);
      else group.remove();
    });

    function follow() {
      const polygon = found.get(decodeURIComponent(window.location.hash.slice(1)));
      if (!polygon || !map.hasLayer(polygon)) return;
      map.fitBounds(polygon.getBounds(), { maxZoom: 14, animate: !still });
      place.scrollIntoView({ block: "center" });
      polygon.openPopup();
    }
    window.addEventListener("hashchange", follow);
    follow();
  }

  document.querySelectorAll("[data-map]").forEach(show);
})();
