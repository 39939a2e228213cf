// What all map pages share.
'use strict';

// Undo maps.shapes.packed: whole ten-thousandths of a degree, first point and steps → [[lat, lon], …].
function unpackShape(polygons) {
  return polygons.map(rings => rings.map(steps => {
    const ring = [];
    let lon = 0, lat = 0;
    for (let at = 0; at < steps.length; at += 2) {
      lon += steps[at];
      lat += steps[at + 1];
      ring.push([lat / 1e4, lon / 1e4]);
    }
    return ring;
  }));
}

// A small table of name and value, for tooltips.
function facts(title, rows) {
  return el('div', {}, el('b', {dir: 'auto'}, title),
    el('table', {}, rows.filter(row => row).map(([name, value]) => el('tr', {}, el('td', {}, name), el('td', {dir: 'auto'}, value)))));
}

// Letters without accents and case, for searching.
function folded(text) {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

function houseDrawing(colour, px) {
  return `<svg width="${px}" height="${px}" viewBox="0 0 24 24" aria-hidden="true"><path d="M12 2.5 2.5 10.6V21.5h6.6v-6.2h5.8v6.2h6.6V10.6z" fill="${colour}" stroke="#fff" stroke-width="1.8" stroke-linejoin="round"/></svg>`;
}
function homeIcon(colour, px) {
  return L.divIcon({className: 'home-marker', html: houseDrawing(colour, px), iconSize: [px, px], iconAnchor: [px / 2, px * 0.85]});
}

// A label in the middle of a place; text goes in after the icon is made, so that it stays text.
function placeLabel(text, at, kind) {
  const marker = L.marker(at, {icon: L.divIcon({className: 'place-label' + (kind ? ' ' + kind : ''), iconSize: [0, 0]}), interactive: false, keyboard: false});
  marker.on('add', () => marker.getElement().replaceChildren(el('span', {}, text)));
  return marker;
}

// Show as many labels as fit without covering each other or what is already there, in their order; one that would
// cover something may move up or down a little. What lies under its place has its middle `down` pixels below it.
function thinOut(map, labels, obstacles) {
  const shown = obstacles.map(place => {
    const at = map.latLngToContainerPoint(place);
    return [at.x - 8, at.y - 15, at.x + 8, at.y + 4];
  });
  for (const {marker, width, down = 0} of labels) {
    const at = map.latLngToContainerPoint(marker.getLatLng());
    marker.remove();
    for (const shift of [0, 15, -15, 26, -26]) {
      const y = at.y + down + shift;
      const box = [at.x - width / 2 - 3, y - 8, at.x + width / 2 + 3, y + 8];
      if (shown.some(other => box[2] > other[0] && box[0] < other[2] && box[3] > other[1] && box[1] < other[3])) continue;
      shown.push(box);
      marker.addTo(map);
      marker.getElement().firstElementChild.style.transform = `translateY(${shift}px)`;
      break;
    }
  }
}

// A street background is fetched only when the device is online and somebody asks for it.
function streetSwitch(map, box) {
  const tiles = L.tileLayer('https://tile.openstreetmap.org/{z}/{x}/{y}.png', {maxZoom: 19, attribution: '© OpenStreetMap contributors'});
  const input = el('input', {type: 'checkbox', id: 'streets', onchange: () => { if (input.checked) tiles.addTo(map); else tiles.remove(); }});
  const label = el('label', {class: 'check'}, input, ' ' + say('Streets (online)'));
  const update = () => {
    label.hidden = !navigator.onLine;
    if (!navigator.onLine) { tiles.remove(); input.checked = false; }
  };
  addEventListener('online', update);
  addEventListener('offline', update);
  update();
  box.append(label);
}

// The map is the page's main part, or one of its parts beside a main list; readers of the page are told which.
function prepareMap(map, role) {
  const box = map.getContainer();
  box.setAttribute('role', role || 'main');
  box.setAttribute('aria-label', say('Map'));
  addEventListener('keydown', event => { if (event.key === 'Escape') map.closePopup(); });
  L.control.zoom({position: 'topright'}).addTo(map);
  L.control.scale({imperial: false, position: innerWidth > 760 ? 'bottomleft' : 'bottomright'}).addTo(map);
  map.attributionControl.setPrefix(false);
  map.attributionControl.setPosition('bottomright');
}

// Browsers lay a page out on paper only after they say so: give the map its size on paper at once (body.paper), fit it, and
// take both back afterwards.
function fitOnPaper(map, fit) {
  addEventListener('beforeprint', () => {
    const [middle, zoom] = [map.getCenter(), map.getZoom()];
    document.body.classList.add('paper');
    map.invalidateSize({animate: false, pan: false});
    fit();
    addEventListener('afterprint', () => {
      document.body.classList.remove('paper');
      map.invalidateSize({animate: false, pan: false});
      map.setView(middle, zoom, {animate: false});
    }, {once: true});
  });
}

function fitTo(map, bounds, options) {
  if (bounds.isValid()) map.fitBounds(bounds, Object.assign({padding: [16, 16], animate: false}, options || {}));
}
