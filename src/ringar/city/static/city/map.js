// The leak map: shows the pipes, lets one be chosen by pointer or keyboard, and keeps to the filters of the page.
(async () => {
  "use strict";
  const place = document.querySelector("[data-leak-map]");
  if (!place || !window.LeakPipes) return;
  const { Pipes, Layer } = window.LeakPipes;
  const panel = document.querySelector("[data-leak-panel]");
  const words = place.dataset;
  const overview = document.querySelector("[data-leak-overview]");
  overview.hidden = true; // the map tells the same
  place.hidden = false; // before it is drawn in: what is hidden has no size

  const map = L.map(place, { attributionControl: false, zoomControl: false, keyboardPanDelta: 120, maxZoom: 21 });
  L.control.zoom({ zoomInTitle: words.larger, zoomOutTitle: words.smaller }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  map.createPane("ground").style.zIndex = 150; // below the pipes

  const fail = (error) => {
    place.hidden = true;
    overview.hidden = false;
    const notice = document.querySelector("[data-leak-failed]");
    notice.hidden = false;
    notice.querySelector("[data-leak-why]").textContent = error.message || error;
  };
  const get = async (address, headers = {}) => {
    const answer = await fetch(address, { headers });
    if (!answer.ok) throw new Error(answer.status);
    return answer;
  };

  let pipes;
  try {
    pipes = new Pipes(await (await get(words.source)).arrayBuffer(), getComputedStyle(place));
  } catch (error) {
    fail(error);
    return;
  }
  const form = document.querySelector("form[data-leak-filter]");
  const asked = () => Object.fromEntries(new FormData(form));
  const keep = () => {
    const { area, material, share, by } = asked();
    pipes.sort(by === "risk" && pipes.facts.risk ? "risk" : "rank");
    pipes.filter({ area, material, share: share ? Number(share) / 100 : 1 });
  };
  keep();
  const layer = new Layer(pipes);
  layer.on("load", () => {
    if (place.dataset.drawn) return;
    place.dataset.drawn = "yes";
    performance.mark("leak-map-drawn");
  });
  const [west, south, east, north] = pipes.head.bounds;
  map.fitBounds([[south, west], [north, east]]);
  layer.addTo(map);
  panel.hidden = false;
  const known = new Set([...pipes.head.areas, ...pipes.head.streets].filter(Boolean));
  document.querySelector("#areas-known").replaceChildren(...[...known].sort().map((name) => new Option(name, name)));

  // What lies below: drawn when it comes, the pipes do not wait for it.
  for (const link of document.querySelectorAll("[data-leak-ground]")) {
    get(link.dataset.leakGround)
      .then((answer) => answer.json())
      .then((found) => {
        const style = { pane: "ground", color: "#5d7078", weight: 1, fillColor: "#eef3f4", fillOpacity: 1 };
        const label = ({ properties }, shape) => {
          const name = document.createElement("span");
          name.textContent = properties.name || "";
          if (properties.name) shape.bindTooltip(name, { direction: "center", permanent: true, className: "map-label" });
        };
        const point = (_, at) => L.circleMarker(at, { ...style, radius: 4, fillColor: "#5d7078" });
        L.geoJSON(found, { style, pane: "ground", interactive: false, onEachFeature: label, pointToLayer: point }).addTo(map);
      })
      .catch(() => {}); // the pipes stand without it
  }
  // What measures: a point leads to its page. The same are in the list of sensors.
  for (const link of document.querySelectorAll("[data-leak-sensors]")) {
    get(link.dataset.leakSensors)
      .then((answer) => answer.json())
      .then((found) => {
        const point = ({ properties }, at) => {
          const name = document.createElement("span");
          name.textContent = properties.name;
          const open = () => window.location.assign(properties.url);
          const looks = { radius: 7, weight: 2, color: "#ffffff", fillColor: "#8a4b14", fillOpacity: 1, bubblingMouseEvents: false };
          return L.circleMarker(at, looks).bindTooltip(name).on("click", open);
        };
        L.geoJSON(found, { pointToLayer: point }).addTo(map);
      })
      .catch(() => {}); // as above
  }
  const near = () => place.classList.toggle("is-near", map.getZoom() >= 13);
  map.on("zoomend", near);
  near();

  const addressOf = (i) => {
    const address = words.pipe.replace("/0/", `/${pipes.facts.rank[i]}/`);
    return asked().by ? `${address}?by=${asked().by}` : address;
  };
  let shown;
  let from; // where the keyboard was when a pipe was chosen
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && from) from.focus();
  });
  const choose = async (i, { byKey = false, moves = false } = {}) => {
    if (shown) shown.remove();
    shown = null;
    if (pipes.facts.points[i]) {
      const line = pipes.latLngs(i);
      const over = (weight, color) => L.polyline(line, { weight, color, interactive: false });
      shown = L.featureGroup([over(14, "#ffffff"), over(10, "#0b5a70"), over(5, "#ffffff")]).addTo(map);
      if (moves) map.fitBounds(shown.getBounds(), { maxZoom: Math.max(17, map.getZoom()), animate: false });
    }
    try {
      const answer = await get(addressOf(i), { "HX-Request": "true" });
      panel.innerHTML = await answer.text(); // a part of our own page
    } catch (error) {
      panel.textContent = `${words.failed} (${error.message})`;
    }
    if (!byKey) {
      panel.scrollIntoView({ block: "nearest" });
      return;
    }
    from = document.activeElement;
    panel.focus({ preventScroll: true });
    panel.scrollIntoView({ block: panel.offsetHeight > innerHeight ? "start" : "nearest" }); // its name is to be seen
  };

  map.on("click", (event) => {
    const i = pipes.nearest(event.latlng, map.getZoom(), 12);
    if (i >= 0) choose(i);
  });
  place.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target !== place) return;
    const i = pipes.nearest(map.getCenter(), map.getZoom(), 60);
    if (i >= 0) choose(i, { byKey: true });
    else panel.textContent = words.nothing;
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-leak-rank]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    place.scrollIntoView({ block: "nearest" });
    choose(pipes.facts.rank.indexOf(Number(link.dataset.leakRank)), { byKey: true, moves: true });
  });
  form.addEventListener("change", () => {
    keep();
    layer.redraw();
  });
})();
