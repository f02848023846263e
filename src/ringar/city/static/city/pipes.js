// The pipes of a leak map: reads them from one binary body, and draws them on the canvas tiles of a Leaflet layer.
(() => {
  "use strict";
  if (!window.L) return;

  const BODY_ZOOM = 19; // coordinates are pixels of the world at this zoom
  const TILE = 512;
  // From the worst hundredth of the length to the rest; dark means worse, so that it holds without colours too.
  const SHARES = [0.01, 0.05, 0.1, 0.2];
  const LOOKS = ["0", "1", "2", "3", "4", "plain"]; // their colours are in the style sheet, for the legend too
  const WIDTHS = [5, 4, 3, 2.2, 1.2, 2];
  const PLAIN = LOOKS.indexOf("plain"); // of pipes of which nothing is reckoned
  const A_STROKE = 400; // a path of all pipes at once is drawn many times slower

  class Pipes {
    constructor(buffer, style) {
      this.colours = LOOKS.map((look) => style.getPropertyValue(`--leak-${look}`).trim());
      const size = new DataView(buffer).getUint32(0, true);
      this.head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, size)));
      let at = 4 + size;
      const column = (length) => {
        at += 4 * length;
        return new Int32Array(buffer, at - 4 * length, length);
      };
      const { pipes, points } = this.head;
      this.facts = Object.fromEntries(this.head.columns.map((name) => [name, column(pipes)]));
      this.x = column(points);
      this.y = column(points);
      this.count = pipes;
      this.place();
      this.sort("rank");
      this.filter({});
    }

    // Where each pipe begins among the points, its box, and the points themselves from the steps between them.
    place() {
      const { x, y, count } = this;
      const { points } = this.facts;
      for (let i = 1; i < x.length; i++) {
        x[i] += x[i - 1];
        y[i] += y[i - 1];
      }
      this.begins = new Int32Array(count + 1);
      this.boxes = new Int32Array(4 * count);
      for (let i = 0, at = 0; i < count; i++) {
        let [west, north, east, south] = [Infinity, Infinity, -Infinity, -Infinity];
        for (const end = at + points[i]; at < end; at++) {
          if (x[at] < west) west = x[at];
          if (x[at] > east) east = x[at];
          if (y[at] < north) north = y[at];
          if (y[at] > south) south = y[at];
        }
        this.boxes.set([west, north, east, south], 4 * i);
        this.begins[i + 1] = at;
      }
    }

    // Which look each pipe has: by the share of the length that stands before it in the order of that column.
    sort(column) {
      const order = new Int32Array(this.count);
      for (let i = 0; i < this.count; i++) order[this.facts[column][i] - 1] = i;
      const { length } = this.facts;
      const total = length.reduce((sum, one) => sum + one, 0);
      this.before = new Float64Array(this.count);
      let sum = 0;
      for (const i of order) {
        this.before[i] = sum / total;
        sum += length[i];
      }
      const look = (share) => SHARES.filter((limit) => share >= limit).length;
      this.looks = Uint8Array.from(this.before, this.head.plain ? () => PLAIN : look);
    }

    filter({ area = "", material = "", share = 1 }) {
      const { facts, head } = this;
      const sought = area.trim().toLowerCase();
      // An area or a street of that name; where there is none, all whose names have it in them. As the server does.
      const names = [head.areas, head.streets].map((some) => some.map((name) => name.toLowerCase()));
      const isWhole = names.some((some) => some.includes(sought));
      const [areas, streets] = names.map((some) => some.map((name) => (isWhole ? name === sought : name.includes(sought))));
      const shown = (i) =>
        (!sought || areas[facts.area[i]] || streets[facts.street[i]]) &&
        (!material || head.materials[facts.material[i]] === material) &&
        this.before[i] < share;
      this.drawn = WIDTHS.map(() => []);
      for (let i = 0; i < this.count; i++) if (facts.points[i] && shown(i)) this.drawn[this.looks[i]].push(i);
      this.drawn = this.drawn.map((some) => Int32Array.from(some));
    }

    draw(context, left, top, zoom) {
      const scale = 2 ** (zoom - BODY_ZOOM);
      const margin = 6 / scale;
      const [west, north, size] = [left / scale, top / scale, TILE / scale];
      const box = [west - margin, north - margin, west + size + margin, north + size + margin];
      const thin = zoom < 13 ? 0.6 : 1;
      context.lineCap = "round";
      for (let look = WIDTHS.length - 1; look >= 0; look--) {
        context.strokeStyle = this.colours[look];
        context.lineWidth = WIDTHS[look] * thin * (zoom > 16 ? 1.6 : 1);
        this.stroke(context, this.drawn[look], box, scale, left, top);
      }
    }

    stroke(context, drawn, [west, north, east, south], scale, left, top) {
      const { x, y, boxes, begins } = this;
      let inPath = 0;
      context.beginPath();
      for (const i of drawn) {
        const box = 4 * i;
        if (boxes[box] > east || boxes[box + 2] < west || boxes[box + 1] > south || boxes[box + 3] < north) continue;
        let [lastX, lastY] = [x[begins[i]] * scale - left, y[begins[i]] * scale - top];
        const last = begins[i + 1] - 1;
        context.moveTo(lastX, lastY);
        for (let at = begins[i] + 1; at <= last; at++) {
          const [nextX, nextY] = [x[at] * scale - left, y[at] * scale - top];
          // Steps that nobody would see are left out.
          if (at < last && Math.abs(nextX - lastX) < 0.7 && Math.abs(nextY - lastY) < 0.7) continue;
          context.lineTo(nextX, nextY);
          [lastX, lastY] = [nextX, nextY];
        }
        if (++inPath % A_STROKE === 0) {
          context.stroke();
          context.beginPath();
        }
      }
      context.stroke();
    }

    // The drawn pipe that is nearest to a place on the map, if one is within so many pixels; else -1.
    nearest(latLng, zoom, pixels) {
      const at = L.CRS.EPSG3857.latLngToPoint(latLng, BODY_ZOOM);
      const { x, y, boxes, begins } = this;
      let near = pixels * 2 ** (BODY_ZOOM - zoom);
      let found = -1;
      for (const some of this.drawn) {
        for (const i of some) {
          const box = 4 * i;
          if (at.x < boxes[box] - near || at.x > boxes[box + 2] + near) continue;
          if (at.y < boxes[box + 1] - near || at.y > boxes[box + 3] + near) continue;
          for (let one = begins[i] + 1; one < begins[i + 1]; one++) {
            const away = distance(at.x, at.y, x[one - 1], y[one - 1], x[one], y[one]);
            if (away < near) [near, found] = [away, i];
          }
        }
      }
      return found;
    }

    latLngs(i) {
      const line = [];
      for (let at = this.begins[i]; at < this.begins[i + 1]; at++) {
        line.push(L.CRS.EPSG3857.pointToLatLng(L.point(this.x[at], this.y[at]), BODY_ZOOM));
      }
      return line;
    }
  }

  // From a point to the part of a line between two others.
  const distance = (x, y, fromX, fromY, toX, toY) => {
    const [alongX, alongY] = [toX - fromX, toY - fromY];
    const length = alongX * alongX + alongY * alongY;
    const share = length ? Math.max(0, Math.min(1, ((x - fromX) * alongX + (y - fromY) * alongY) / length)) : 0;
    return Math.hypot(x - fromX - share * alongX, y - fromY - share * alongY);
  };

  const Layer = L.GridLayer.extend({
    options: { tileSize: TILE, maxZoom: 22, updateWhenZooming: false, keepBuffer: 1 },

    initialize(pipes, options) {
      this.pipes = pipes;
      this.waiting = [];
      L.GridLayer.prototype.initialize.call(this, options);
    },

    createTile(at, done) {
      const tile = L.DomUtil.create("canvas");
      const sharp = Math.min(window.devicePixelRatio || 1, 2);
      tile.width = tile.height = TILE * sharp;
      this.waiting.push(() => {
        const context = tile.getContext("2d");
        context.scale(sharp, sharp);
        this.pipes.draw(context, at.x * TILE, at.y * TILE, at.z);
        done(null, tile);
      });
      if (this.waiting.length === 1) requestAnimationFrame(() => this.work());
      return tile;
    },

    // A tile or more in each frame, so that the map answers while it is drawn.
    work() {
      const began = performance.now();
      while (this.waiting.length && performance.now() - began < 12) this.waiting.shift()();
      if (this.waiting.length) requestAnimationFrame(() => this.work());
    },
  });

  window.LeakPipes = { Pipes, Layer };
})();
