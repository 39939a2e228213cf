// Today's alignment beside the plan, on a second map that moves with the first.
function todayBeside(map, data) {
  const box = el('div', {id: 'before', role: 'region', 'aria-label': say('Today')});
  document.body.append(box);
  const other = L.map(box, {preferCanvas: true, zoomControl: false, attributionControl: false, zoomSnap: 0.25});
  other.setView(map.getCenter(), map.getZoom(), {animate: false});
  const canvas = L.canvas({padding: 0.3});
  const colours = new Map(data.territories.map(territory => [territory.rep_id, territory.colour]));
  data.areas.name.forEach((name, index) => {
    const rep = data.reps_today[data.areas.today[index]];
    const shape = L.polygon(unpackShape(data.areas.shape[index]), {renderer: canvas, color: '#fff', weight: 0.4, fillColor: rep === undefined ? '#fff' : colours.get(rep) || '#8b98a5', fillOpacity: 0.72});
    shape.bindTooltip(() => facts(name, [[say('Today'), rep === undefined ? '–' : rep]]), {sticky: true, className: 'tip'});
    shape.addTo(other);
  });
  const words = [[box, say('Today')], [map.getContainer(), say('This plan')]].map(([place, text]) => [place, el('b', {class: 'side'}, text)]);
  let following = false;
  const follow = (from, to) => from.on('move', () => {
    if (following || box.hidden) return;
    following = true;
    to.setView(from.getCenter(), from.getZoom(), {animate: false});
    following = false;
  });
  follow(map, other);
  follow(other, map);
  return shown => {
    const at = map.getCenter();
    box.hidden = !shown;
    document.body.classList.toggle('beside', shown);
    words.forEach(([place, word]) => shown ? place.append(word) : word.remove());
    map.invalidateSize({animate: false});
    other.invalidateSize({animate: false});
    map.setView(at, map.getZoom(), {animate: false});
  };
}
