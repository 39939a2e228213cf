// The territory map: territories, areas on demand, accounts, homes, choropleths, filters, search, list.
const RAMP = ['#f1eef6', '#c9d3e8', '#93b5d8', '#4f90c0', '#1f69a3', '#0b3f70'];
const MOVED = '#d95f02', KEPT = '#fbf6e6', NEW = '#7570b3';
const SEGMENT_COLOURS = ['#1b2a38', '#7a4b9a', '#3d7d6e', '#8a6d3b', '#5b6b7a'];

function showTerritories(map, data) {
  const canvas = L.canvas({padding: 0.3});
  const byArea = {potential: data.areas.potential, expected: data.areas.expected, headroom: data.areas.headroom, workload: data.areas.workload, drive: data.areas.drive};
  const state = {colour: 'territory', region: '', territory: '', areas: false, accounts: false, homes: true};
  const accountCount = data.accounts.name.length;
  const visible = index => (!state.region || data.territories[index].region === state.region) && (!state.territory || data.territories[index].id === state.territory);

  // Layers. One canvas draws all of them, so that each still hears the mouse; they are stacked in the order they are added.
  const territories = data.territories.map((territory, index) => {
    const shape = L.polygon(unpackShape(territory.shape), {renderer: canvas, smoothFactor: 0.6});
    shape.bindTooltip(() => territoryFacts(territory), {sticky: true, className: 'tip'});
    shape.on('click', () => choose(state.territory === territory.id ? '' : territory.id));
    return shape;
  });
  let areas = null, accounts = null;
  const makeAreas = () => areas || (areas = data.areas.name.map((name, index) => {
    const shape = L.polygon(unpackShape(data.areas.shape[index]), {renderer: canvas, smoothFactor: 0.6});
    shape.bindTooltip(() => areaFacts(index), {sticky: true, className: 'tip'});
    shape.on('click', () => choose(data.territories[data.areas.territory[index]].id));
    return shape;
  }));
  const largest = Math.max(1e-9, ...data.accounts.potential);
  const radius = index => 2.2 + 6.5 * Math.sqrt(Math.max(0, data.accounts.potential[index]) / largest);
  const accountAt = index => [data.accounts.lat[index] / 1e5, data.accounts.lon[index] / 1e5];
  const makeAccounts = () => accounts || (accounts = data.accounts.name.map((name, index) => {
    const prospect = data.accounts.prospect[index] === 1;
    const colour = SEGMENT_COLOURS[data.accounts.segment[index] % SEGMENT_COLOURS.length];
    const dot = L.circleMarker(accountAt(index), {renderer: canvas, radius: radius(index), weight: prospect ? 1.6 : 0.8,
      color: prospect ? colour : '#fff', fillColor: prospect ? '#fff' : colour, fillOpacity: 0.85});
    dot.bindTooltip(() => accountFacts(index), {className: 'tip'});
    return dot;
  }));
  const regions = data.regions.map(region => L.polygon(unpackShape(region.shape), {renderer: canvas, interactive: false, fill: false, color: '#26323d', weight: 1.4, opacity: 0.55, smoothFactor: 0.6}));
  const homes = data.territories.map(territory => {
    const marker = L.marker(territory.home, {icon: homeIcon('#1c2733', 19), title: '', alt: say('Home of {rep}', {rep: territory.rep}), keyboard: false});
    marker.bindTooltip(() => facts(territory.rep, [[say('Home of'), territory.id]]), {className: 'tip'});
    return marker;
  });
  const labels = data.territories.map(territory => ({marker: placeLabel(territory.rep_id, territory.middle), width: 7 * territory.rep_id.length}));

  const towns = data.towns.map(town => ({marker: placeLabel(town.name, town.at, 'town'), width: 6.2 * town.name.length, owner: town.territory}));

  function territoryFacts(territory) {
    return facts(territory.rep, [[say('Territory'), territory.id], [say('Region'), territory.region],
      ...data.measures.map((measure, at) => [measure.label, territory.measures[at][0] + ' (' + territory.measures[at][1] + ')']),
      [say('Areas'), numberText(territory.areas)], [say('Accounts'), numberText(territory.accounts)],
      [say('Hours planned'), territory.routed_hours + ' h'], [say('Driving'), territory.drive_km + ' km']]);
  }
  function areaFacts(index) {
    const territory = data.territories[data.areas.territory[index]];
    const today = data.areas.today[index];
    return facts(data.areas.name[index], [[say('Rep'), territory ? territory.rep : '–'],
      today >= 0 && data.reps_today[today] !== (territory && territory.rep_id) ? [say('Today'), data.reps_today[today]] : null,
      [say('Potential'), moneyText(data.areas.potential[index], data.currency)], [say('Expected sales'), moneyText(data.areas.expected[index], data.currency)],
      [say('Headroom'), moneyText(data.areas.headroom[index], data.currency)], [say('Workload'), numberText(data.areas.workload[index], 1) + ' h'],
      [say('From home'), numberText(data.areas.drive[index], 0) + ' min'], [say('Area'), data.areas.id[index]]]);
  }
  function accountFacts(index) {
    return facts(data.accounts.name[index], [[say('Account'), data.accounts.id[index]], data.accounts.town[index] && [say('Town'), data.accounts.town[index]],
      [say('Segment'), data.segments[data.accounts.segment[index]] + (data.accounts.prospect[index] ? ' · ' + say('prospect') : '')],
      [say('Potential'), moneyText(data.accounts.potential[index], data.currency)], [say('Expected sales'), moneyText(data.accounts.expected[index], data.currency)],
      [say('Headroom'), moneyText(data.accounts.headroom[index], data.currency)],
      [say('Visits'), say('{n1} of {n2}', {n1: data.accounts.planned[index], n2: data.accounts.wanted[index]})],
      [say('Rep'), (data.territories[data.accounts.territory[index]] || {rep: '–'}).rep]]);
  }
  // Colours of a choropleth: six classes with equally many areas each.
  const classes = {};
  for (const name of Object.keys(byArea)) {
    const sorted = byArea[name].filter(value => value !== null).sort((a, b) => a - b);
    classes[name] = RAMP.slice(1).map((colour, at) => sorted[Math.floor(sorted.length * (at + 1) / RAMP.length)] || 0);
  }
  const rampColour = (name, value) => value === null ? '#fff' : RAMP[classes[name].filter(limit => value >= limit).length];
  const changeColour = index => data.areas.today[index] < 0 ? NEW : data.reps_today[data.areas.today[index]] === data.territories[data.areas.territory[index]].rep_id ? KEPT : MOVED;

  function draw() {
    const thematic = state.colour !== 'territory';
    const areasShown = thematic || state.areas;
    data.territories.forEach((territory, index) => {
      const on = visible(index);
      const chosen = state.territory === territory.id;
      territories[index].setStyle({color: chosen ? '#0b2f55' : thematic ? '#2b3844' : '#fff', weight: chosen ? 3.5 : 1.6, opacity: on ? 1 : 0.5,
        fillColor: thematic ? '#fff' : territory.colour, fillOpacity: thematic ? 0.75 : on ? 0.72 : 0.13});
      if (!map.hasLayer(territories[index])) territories[index].addTo(map);
    });
    if (areasShown) makeAreas();
    (areas || []).forEach((shape, index) => {
      const owner = data.areas.territory[index];
      const on = areasShown && owner >= 0 && visible(owner);
      if (!on) { shape.remove(); return; }
      shape.setStyle({color: '#fff', weight: thematic ? 0.35 : 0.8, opacity: 0.9, fillOpacity: thematic ? 0.95 : 0.0,
        fillColor: state.colour === 'change' ? changeColour(index) : thematic ? rampColour(state.colour, byArea[state.colour][index]) : data.territories[owner].colour});
      shape.addTo(map);
    });
    territories.forEach((shape, index) => {
      shape.setStyle({fill: !thematic || !visible(index)});
      if (thematic) shape.bringToFront();
    });
    regions.forEach(line => { line.addTo(map); line.bringToFront(); });
    if (state.territory) territories[data.territories.findIndex(territory => territory.id === state.territory)].bringToFront();
    if (areasShown && !thematic) areas.forEach(shape => map.hasLayer(shape) && shape.bringToFront());
    if (state.accounts) makeAccounts();
    (accounts || []).forEach((dot, index) => {
      const owner = data.accounts.territory[index];
      if (state.accounts && owner >= 0 && visible(owner)) { dot.addTo(map); dot.bringToFront(); } else dot.remove();
    });
    homes.forEach((marker, index) => { if (state.homes && visible(index)) marker.addTo(map); else marker.remove(); });
    drawLabels();
    drawLegend();
    drawList();
  }
  function drawLabels() {
    labels.forEach(label => label.marker.remove());
    map.getContainer().classList.toggle('far', map.getZoom() < 7.5);
    towns.forEach(town => town.marker.remove());
    thinOut(map, [...labels.filter((label, index) => visible(index)), ...towns.filter(town => visible(town.owner))], data.territories.filter((territory, index) => state.homes && visible(index)).map(territory => territory.home));
  }

  function house(words) {
    const picture = el('span', {});
    picture.innerHTML = houseDrawing('#1c2733', 17);
    return el('div', {}, picture, words);
  }
  const legend = el('div', {id: 'legend', role: 'region', 'aria-label': say('Legend')});
  function drawLegend() {
    const rows = [];
    const swatch = (colour, text) => el('div', {}, el('span', {class: 'swatch', style: 'background:' + colour}), text);
    if (state.colour === 'change') {
      rows.push(el('b', {}, say('Change against today')), swatch(MOVED, say('gets another rep')), swatch(KEPT, say('stays')));
      if (data.areas.today.some(today => today < 0)) rows.push(swatch(NEW, say('has no rep today')));
    } else if (state.colour !== 'territory') {
      const unit = {potential: value => moneyText(value, data.currency), expected: value => moneyText(value, data.currency), headroom: value => moneyText(value, data.currency), workload: value => numberText(value, 1) + ' h', drive: value => numberText(value, 0) + ' min'}[state.colour];
      rows.push(el('b', {}, {potential: say('Potential per area'), expected: say('Expected sales per area'), headroom: say('Headroom per area'), workload: say('Workload per area'), drive: say('Drive from home')}[state.colour]));
      const limits = classes[state.colour];
      RAMP.forEach((colour, at) => {
        if (!byArea[state.colour].some(value => value !== null && rampColour(state.colour, value) === colour)) return;
        rows.push(swatch(colour, at === 0 ? say('below {m}', {m: unit(limits[0])}) : say('from {m}', {m: unit(limits[at - 1])})));
      });
    } else {
      rows.push(el('b', {}, say('One colour per territory')), house(say('home of the rep')));
    }
    if (state.accounts) {
      rows.push(el('b', {style: 'margin-top:.3rem'}, say('Accounts, larger for more potential')));
      data.segments.forEach((name, at) => rows.push(el('div', {}, el('span', {class: 'dot', style: `width:10px;height:10px;background:${SEGMENT_COLOURS[at % SEGMENT_COLOURS.length]}`}), say('segment {name}', {name}))));
      if (data.accounts.prospect.includes(1)) rows.push(el('div', {}, el('span', {class: 'dot', style: 'width:10px;height:10px;background:#fff;outline-width:2px'}), say('prospect')));
    }
    legend.replaceChildren(...rows);
  }

  // The panel.
  const list = el('ul', {id: 'list'});
  function drawList() {
    list.replaceChildren(...data.territories.map((territory, index) => visible(index) || territory.id === state.territory ? el('li', {class: territory.id === state.territory ? 'on' : ''},
      el('button', {type: 'button', 'data-territory': territory.id, 'aria-pressed': String(territory.id === state.territory), onclick: () => choose(state.territory === territory.id ? '' : territory.id)},
        el('span', {class: 'swatch', style: 'background:' + territory.colour}),
        el('span', {class: 'name', dir: 'auto'}, territory.rep),
        el('span', {class: 'badge ' + (territory.inside ? 'good' : 'bad')}, territory.inside ? say('in balance') : say('off balance')),
        el('span', {class: 'line number'}, territory.rep_id + ' · ' + data.measures.map((measure, at) => measure.word + ' ' + territory.measures[at][1]).join(' · ')),
        el('span', {class: 'line number'}, say('{n} accounts', {n: numberText(territory.accounts)}) + ' · ' + territory.drive_km + ' km' + (!territory.contiguous ? ' · ' + say('in pieces') : territory.bridged ? ' · ' + say('across a gap') : '')))) : null).filter(item => item));
  }
  function choose(id) {
    state.territory = id;
    rep.value = id;
    const chosen = data.territories.findIndex(territory => territory.id === id);
    draw();
    fitTo(map, chosen >= 0 ? territories[chosen].getBounds() : shownBounds());
    const item = list.querySelector('li.on');
    if (item && innerWidth > 760) item.scrollIntoView({block: 'nearest'});
  }
  function shownBounds() {
    const bounds = L.latLngBounds([]);
    territories.forEach((shape, index) => { if (visible(index)) bounds.extend(shape.getBounds()); });
    return bounds;
  }
  const region = el('select', {id: 'region', 'aria-label': say('Region'), onchange: () => {
    state.region = region.value;
    state.territory = '';
    fillReps();
    draw();
    fitTo(map, shownBounds());
  }}, el('option', {value: ''}, say('All regions')), [...new Set(data.territories.map(territory => territory.region))].sort().map(name => el('option', {value: name}, name)));
  const rep = el('select', {id: 'rep', 'aria-label': say('Rep'), onchange: () => choose(rep.value)});
  function fillReps() {
    rep.replaceChildren(el('option', {value: ''}, say('All reps')), ...data.territories.filter(territory => !state.region || territory.region === state.region).map(territory => el('option', {value: territory.id}, territory.rep_id + ' · ' + territory.rep)));
  }
  const search = el('input', {type: 'search', id: 'search', placeholder: say('Find an account, area or rep'), 'aria-label': say('Find an account, area or rep'), oninput: find, onfocus: find, onkeydown: event => {
    const first = found.querySelector('button');
    if (event.key === 'Enter' && first) first.click();
    else if (event.key === 'ArrowDown' && first) first.focus();
    else if (event.key === 'Escape') found.hidden = true;
    else return;
    event.preventDefault();
  }});
  const found = el('ul', {id: 'found', hidden: true, onkeydown: event => {
    const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
    if (event.key === 'Escape') found.hidden = true;
    if (!step) return;
    const buttons = [...found.querySelectorAll('button')];
    const at = buttons.indexOf(document.activeElement) + step;
    (buttons[Math.min(at, buttons.length - 1)] || search).focus();
    event.preventDefault();
  }});
  const repOf = at => (data.territories[at] || {rep_id: ''}).rep_id;
  const whereabouts = (kind, at) => [{rep: say('rep'), area: say('area'), account: say('account')}[kind], kind === 'account' ? data.accounts.town[at] : '',
    kind === 'rep' ? data.territories[at].rep_id : repOf(data[kind === 'area' ? 'areas' : 'accounts'].territory[at])].filter(text => text).join(' · ');
  let index = null;
  function find() {
    const wanted = folded(search.value.trim());
    if (!index) {
      index = [...data.territories.map((territory, at) => [folded(territory.rep + ' ' + territory.rep_id), 'rep', at, territory.rep]),
        ...data.areas.name.map((name, at) => [folded(name + ' ' + data.areas.id[at]), 'area', at, name]),
        ...data.accounts.name.map((name, at) => [folded(name + ' ' + data.accounts.id[at] + ' ' + data.accounts.town[at]), 'account', at, name])];
    }
    const hits = wanted.length < 2 ? [] : index.filter(entry => entry[0].includes(wanted)).slice(0, 12);
    found.hidden = wanted.length < 2;
    found.replaceChildren(...hits.map(([, kind, at, name]) => el('li', {}, el('button', {type: 'button', onclick: () => go(kind, at)}, el('span', {dir: 'auto'}, name), el('span', {class: 'soft small', dir: 'auto'}, ' · ' + whereabouts(kind, at))))));
    if (wanted.length >= 2 && !hits.length) found.append(el('li', {class: 'soft small', style: 'padding:.35rem .6rem'}, say('Nothing found')));
  }
  addEventListener('pointerdown', event => { if (event.target !== search && !found.contains(event.target)) found.hidden = true; });
  let pointed = null;
  function go(kind, at) {
    found.hidden = true;
    state.region = region.value = '';
    fillReps();
    if (kind === 'rep') return choose(data.territories[at].id);
    if (kind === 'account' && !state.accounts) { state.accounts = true; document.getElementById('accounts').checked = true; }
    state.territory = '';
    draw();
    if (kind === 'account') {
      map.setView(accountAt(at), 11, {animate: false});
      if (pointed) pointed.closeTooltip();
      pointed = accounts[at].openTooltip();
    } else {
      const shape = makeAreas()[at];
      fitTo(map, shape.getBounds(), {maxZoom: 11});
      L.popup().setLatLng(shape.getBounds().getCenter()).setContent(areaFacts(at)).openOn(map);
    }
  }
  const themes = [['territory', say('Territory')], ['potential', say('Potential')], ['expected', say('Expected sales')], ['headroom', say('Headroom')], ['workload', say('Workload')], ['drive', say('Drive')], ['change', say('Change')]]
    .filter(([name]) => name !== 'change' || data.areas.today.some(today => today >= 0));
  const segments = el('div', {class: 'segments', role: 'group', 'aria-label': say('Colour by')}, themes.map(([name, label]) => el('button', {type: 'button', 'data-theme': name, 'aria-pressed': String(name === state.colour), onclick: event => {
    state.colour = name;
    segments.querySelectorAll('button').forEach(button => button.setAttribute('aria-pressed', String(button === event.currentTarget)));
    draw();
  }}, label)));
  const check = (name, label) => el('label', {class: 'check'}, el('input', {type: 'checkbox', id: name, checked: state[name], onchange: event => { state[name] = event.target.checked; draw(); }}), ' ' + label);
  const layers = el('div', {class: 'row'}, check('areas', say('Areas')), check('accounts', say('Accounts ({n})', {n: numberText(accountCount)})), check('homes', say('Homes')), data.areas.today.some(today => today >= 0) ? el('label', {class: 'check'}, el('input', {type: 'checkbox', id: 'today', onchange: event => showToday(event.target.checked)}), ' ' + say('Today beside')) : null);
  let beside = null;
  function showToday(shown) {
    beside = beside || todayBeside(map, data);
    beside(shown);
    fitTo(map, shownBounds());
    drawLabels();
  }
  const inside = data.territories.filter(territory => territory.inside).length;
  const panel = el('aside', {id: 'panel', 'aria-label': say('Territories')},
    el('header', {}, el('h1', {dir: 'auto'}, data.title), el('div', {class: 'soft small'}, data.period),
      el('div', {class: 'small', style: 'margin-top:.35rem'}, el('span', {class: 'badge ' + (inside === data.territories.length ? 'good' : 'bad')}, say('{n1} of {n2} in balance', {n1: inside, n2: data.territories.length})),
        ' ', data.gap ? el('span', {class: 'badge plain'}, data.gap) : null, data.retouch ? el('a', {href: 'retouch.html', id: 'retouch', style: 'margin-left:.6rem'}, say('Retouch')) : null),
      data.notes.length || data.travel_note ? el('details', {class: 'small', id: 'notes'}, el('summary', {}, data.bridges || say('How this plan was made')),
        el('ul', {}, [...data.notes, data.travel_note].filter(note => note).map(note => el('li', {dir: 'auto'}, note)))) : null),
    el('div', {id: 'controls'}, el('div', {class: 'row'}, region, rep), search, found, segments, layers), list);
  document.body.append(panel, legend);
  streetSwitch(map, layers);
  fillReps();
  prepareMap(map);
  map.invalidateSize({animate: false});
  fitTo(map, L.latLngBounds(territories.flatMap(shape => { const bounds = shape.getBounds(); return [bounds.getSouthWest(), bounds.getNorthEast()]; })));
  map.on('zoomend', drawLabels);
  fitOnPaper(map, () => {
    const chosen = data.territories.findIndex(territory => territory.id === state.territory);
    fitTo(map, chosen >= 0 ? territories[chosen].getBounds() : shownBounds());
  });
  draw();
}
