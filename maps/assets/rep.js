// A rep's page: weeks and days to choose from, the tour on the map, the stops in a list.
const DAY_COLOURS = ['#0b5cad', '#b3390e', '#0f7355', '#7a3d9a', '#8a6100', '#a01d5d', '#3f4b57'];

function showRep(map, data) {
  const canvas = L.canvas({padding: 0.3});
  const places = data.accounts;
  const days = data.days.map((day, index) => Object.assign(day, {index, colour: DAY_COLOURS[day.weekday]}));
  const weeks = [...new Set(days.map(day => day.week))];
  const now = new Date();
  const today = [now.getFullYear(), String(now.getMonth() + 1).padStart(2, '0'), String(now.getDate()).padStart(2, '0')].join('-');
  // A day of a later cycle stands for the same day of the one on the page.
  const cycle = data.cycle;
  const aDay = 864e5;
  const passed = days.length ? Math.floor((Date.parse(today) - Date.parse(days[0].monday_date)) / (7 * cycle.weeks * aDay)) : 0;
  const repeats = cycle.repeats && days.length > 0 && today <= cycle.until && (passed > 0 || today > days[days.length - 1].date);
  const sought = repeats ? new Date(Date.parse(today) - passed * 7 * cycle.weeks * aDay).toISOString().slice(0, 10) : today;
  // Which day to open on: today's; else the next one with a tour; before the plan its first, after it its last.
  const todays = days.find(day => day.date === sought);
  const next = days.find(day => day.date >= sought) || (repeats ? days[0] : undefined);
  const opened = next || days[days.length - 1];
  const notice = !days.length ? '' : repeats ? (todays ? say('Today is as {date}, in cycle {n}.', {date: next.label, n: passed + 1}) : say('No visits today; next: as {date}, in cycle {n}.', {date: next.label, n: passed + (next === days[0] ? 2 : 1)})) : todays ? '' : !next ? say('This plan ended on {date}.', {date: cycle.repeats ? cycle.until_text : opened.dated})
    : next.index === 0 ? say('This plan begins on {date}.', {date: next.dated}) : say('No visits today; next: {date}', {date: next.label});
  const state = {week: opened ? opened.week : 1, day: opened ? opened.index : null};
  const at = stop => [places.lat[stop.account] / 1e5, places.lon[stop.account] / 1e5];

  // What is always on the map: neighbours, the own territory, accounts, home.
  for (const other of data.neighbours) {
    L.polygon(unpackShape(other.shape), {renderer: canvas, interactive: false, color: '#9aa7b3', weight: 1, fillColor: '#f6f8fa', fillOpacity: 1}).addTo(map);
    placeLabel(other.rep_id, other.middle).addTo(map).setOpacity(0.6);
  }
  const own = L.polygon(unpackShape(data.shape), {renderer: canvas, interactive: false, color: '#41505e', weight: 2, fillColor: '#fffdf3', fillOpacity: 1}).addTo(map);
  places.name.forEach((name, index) => {
    const dot = L.circleMarker([places.lat[index] / 1e5, places.lon[index] / 1e5], {renderer: canvas, radius: 3.5, weight: 1, color: '#fff', fillColor: '#8592a0', fillOpacity: 1}).addTo(map);
    dot.bindTooltip(() => accountFacts(index), {className: 'tip'});
  });
  L.marker(data.home, {icon: homeIcon('#1c2733', 26), zIndexOffset: 500, alt: say('Home'), keyboard: false}).addTo(map);
  const beginOf = day => day.start ? day.start.at : data.home;
  const endOf = day => day.end ? day.end.at : data.home;
  const tours = L.layerGroup().addTo(map);
  let pins = new Map();

  function accountFacts(index) {
    return facts(places.name[index], [[say('Account'), places.id[index]], places.town[index] && [say('Town'), places.town[index]], [say('Segment'), places.segment[index]],
      [say('Potential'), moneyText(places.potential[index], data.currency)], [say('Visits in the cycle'), say('{n1} of {n2}', {n1: places.planned[index], n2: places.wanted[index]})],
      places.open[index] && [say('Open'), places.open[index]], [say('Position'), positionText(index)]]);
  }
  const noteOf = account => data.calls[account];
  const reasons = stop => callReasons(noteOf(stop.account), stop.number, places.planned[stop.account]).join(' · ');
  const positionText = index => `${(places.lat[index] / 1e5).toFixed(5)}, ${(places.lon[index] / 1e5).toFixed(5)}`;
  function goLink(account) {
    const lat = places.lat[account] / 1e5, lon = places.lon[account] / 1e5;
    return el('a', {class: 'go', href: `https://www.google.com/maps/dir/?api=1&destination=${lat},${lon}`, target: '_blank', rel: 'noreferrer', onclick: event => event.stopPropagation()}, say('Navigate'));
  }
  function popup(day, stop, number) {
    return el('div', {}, el('b', {dir: 'auto'}, `${number}. `, places.name[stop.account]),
      el('div', {class: 'small'}, reasons(stop)),
      el('div', {class: 'number'}, `${day.label} · ${stop.start}–${stop.depart}`),
      before(day, stop, number) ? el('div', {class: 'soft'}, before(day, stop, number)) : null,
      el('div', {class: 'soft'}, places.id[stop.account] + ' ', el('span', {dir: 'auto'}, places.town[stop.account])),
      places.open[stop.account] ? el('div', {class: 'soft small'}, say('open {hours}', {hours: places.open[stop.account]})) : null,
      el('div', {class: 'soft small number'}, positionText(stop.account)),
      el('div', {class: 'soft small'}, say('{n1} min visit · {n2} min drive ({n3} km) to get there', {n1: stop.service, n2: stop.drive, n3: numberText(stop.km, 1)})), callDetails(noteOf(stop.account)), goLink(stop.account));
  }
  // What comes between arriving and the visit's begin: lunch at the door, or waiting.
  const lunchAtDoor = (day, stop, number) => day.lunch !== '' && day.lunch_before === number && day.lunch >= stop.arrive;
  function before(day, stop, number) {
    const parts = [];
    if (lunchAtDoor(day, stop, number)) parts.push((day.lunch === stop.arrive ? '' : day.lunch + ' ') + say('lunch {n} min', {n: day.lunch_minutes}));
    const ready = minutes(stop.arrive) + (parts.length ? day.lunch_minutes : 0);
    if (minutes(stop.start) > ready) parts.push(say('opens {clock}', {clock: stop.start}));
    return parts.length ? [say('arrive {clock}', {clock: stop.arrive}), ...parts].join(', ') : '';
  }
  const minutes = clock => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));

  function shownDays() {
    return days.filter(day => day.week === state.week);
  }
  function draw() {
    tours.clearLayers();
    pins = new Map();
    for (const day of shownDays()) {
      const chosen = state.day === null || state.day === day.index;
      const line = day.line.length ? unpackShape([[day.line]])[0][0] : [beginOf(day), ...day.stops.map(at), endOf(day)];
      L.polyline(line, {renderer: canvas, interactive: false, color: '#fff', weight: chosen ? 6 : 0, opacity: 0.9}).addTo(tours);
      L.polyline(line, {renderer: canvas, interactive: false, color: day.colour, weight: chosen ? 3 : 1.5, opacity: chosen ? 0.95 : 0.35, dashArray: chosen ? null : '4 5'}).addTo(tours);
      if (!chosen) continue;
      for (const [end, symbol] of [[day.start, '●'], [day.end, day.night ? '☾' : '●']]) {
        if (end) L.marker(end.at, {icon: L.divIcon({className: '', iconSize: [22, 22], html: `<div class="away">${symbol}</div>`}), zIndexOffset: 400, keyboard: false, alt: end.name}).bindTooltip(() => el('div', {dir: 'auto'}, end.name), {className: 'tip'}).addTo(tours);
      }
      day.stops.forEach((stop, index) => {
        const icon = L.divIcon({className: '', iconSize: [44, 44], iconAnchor: [22, 22], html: `<div class="touch"><div class="pin" style="background:${day.colour}">${index + 1}</div></div>`});
        const pin = L.marker(at(stop), {icon, zIndexOffset: 1000 - index, alt: say('Stop {n}', {n: index + 1})}).addTo(tours);
        pin.bindPopup(() => popup(day, stop, index + 1), {maxWidth: 260, autoPanPadding: [12, 12]});
        pin.on('popupopen', () => mark(day.index, index, true)).on('popupclose', () => mark(day.index, index, false));
        pins.set(day.index + '/' + index, pin);
      });
    }
    drawButtons();
    drawList();
    drawTowns();
  }
  const towns = data.towns.map(town => ({marker: placeLabel(town.name, town.at, 'town'), width: 6.2 * town.name.length}));
  function drawTowns() {
    towns.forEach(town => town.marker.remove());
    thinOut(map, towns, [data.home, ...[...pins.values()].map(pin => pin.getLatLng())]);
  }
  function mark(day, index, on) {
    const pin = pins.get(day + '/' + index);
    const icon = pin && pin.getElement();
    if (icon) icon.querySelector('.pin').classList.toggle('big', on);
    const item = document.querySelector(`[data-stop="${day}/${index}"]`);
    if (item) item.classList.toggle('on', on);
  }
  function view() {
    const bounds = L.latLngBounds([data.home]);
    for (const day of shownDays()) if (state.day === null || state.day === day.index) [beginOf(day), ...day.stops.map(at), endOf(day)].forEach(place => bounds.extend(place));
    fitTo(map, bounds, {padding: [34, 34], maxZoom: 13});
  }

  const stopsText = count => counted(count, say('{n} stop', {n: count}), say('{n} stops', {n: count}));
  const weekBox = el('div', {id: 'weeks', role: 'group', 'aria-label': say('Week')});
  const dayBox = el('div', {id: 'days', role: 'group', 'aria-label': say('Day')});
  function drawButtons() {
    weekBox.replaceChildren(...weeks.map(week => el('button', {type: 'button', 'data-week': week, 'aria-pressed': String(week === state.week), onclick: () => { state.week = week; state.day = null; draw(); view(); }},
      say('Week {n}', {n: week}), el('small', {}, say('from {date}', {date: days.find(day => day.week === week).monday})))));
    const shown = shownDays();
    const stops = shown.reduce((sum, day) => sum + day.stops.length, 0);
    dayBox.replaceChildren(el('button', {type: 'button', 'data-day': 'all', 'aria-pressed': String(state.day === null), onclick: () => { state.day = null; draw(); view(); }}, el('b', {}, say('Whole week')), el('small', {class: 'number'}, stopsText(stops))),
      ...shown.map(day => el('button', {type: 'button', 'data-day': day.date, 'aria-pressed': String(state.day === day.index), onclick: () => { state.day = day.index; draw(); view(); }},
        el('b', {}, el('span', {class: 'dot', style: 'background:' + day.colour}), day.label, day.date === today ? el('span', {class: 'badge plain'}, say('today')) : null),
        el('small', {class: 'number'}, `${stopsText(day.stops.length)} · ${day.leave}–${day.back}`))));
    const pressed = dayBox.querySelector('[aria-pressed=true]');
    if (pressed) dayBox.scrollLeft = pressed.offsetLeft - 16;
  }

  const listBox = el('div', {id: 'stops'});
  function drawList() {
    listBox.replaceChildren(...shownDays().filter(day => state.day === null || state.day === day.index).map(dayList));
  }
  function dayList(day) {
    const rows = [el('li', {class: 'home'}, el('span', {class: 'symbol', 'aria-hidden': 'true'}, '⌂'), el('span', {class: 'when'}, day.leave), el('span', {class: 'what'}, day.start ? say('leave {place}', {place: day.start.name}) : say('leave home')))];
    const lunch = () => el('li', {class: 'pause'}, el('span', {class: 'symbol', 'aria-hidden': 'true'}, '☕'), el('span', {class: 'when'}, day.lunch), el('span', {class: 'what'}, say('lunch on the road, {n} min', {n: day.lunch_minutes})));
    day.stops.forEach((stop, index) => {
      if (day.lunch && day.lunch_before === index + 1 && !lunchAtDoor(day, stop, index + 1)) rows.push(lunch());
      const what = el('div', {class: 'what'}, el('button', {type: 'button', class: 'name'}, el('b', {dir: 'auto'}, places.name[stop.account])),
        el('span', {class: 'soft small'}, el('span', {dir: 'auto'}, places.town[stop.account]), (places.town[stop.account] ? ' · ' : '') + places.id[stop.account] + ' · ' + say('segment {name}', {name: places.segment[stop.account]}) + ` · ${stop.service} min · ` + say('drive {n1} min, {n2} km', {n1: stop.drive, n2: numberText(stop.km, 1)})),
        before(day, stop, index + 1) ? el('span', {class: 'soft small block'}, before(day, stop, index + 1)) : null,
        el('span', {class: 'small block'}, reasons(stop)), el('div', {}, goLink(stop.account)));
      rows.push(el('li', {class: 'stop', 'data-stop': day.index + '/' + index, onclick: () => { const pin = pins.get(day.index + '/' + index); map.panTo(pin.getLatLng(), {animate: false}); pin.openPopup(); }},
        el('span', {class: 'pin', style: 'background:' + day.colour}, String(index + 1)), el('span', {class: 'when'}, stop.start, el('small', {}, '– ' + stop.depart)), what));
    });
    if (day.lunch && day.lunch_before === day.stops.length + 1) rows.push(lunch());
    const arrives = !day.end ? say('back home') : day.night ? say('arrive in {place}, stay the night', {place: day.end.name}) : say('arrive at {place}', {place: day.end.name});
    rows.push(el('li', {class: 'home'}, el('span', {class: 'symbol', 'aria-hidden': 'true'}, day.night ? '☾' : '⌂'), el('span', {class: 'when'}, day.back), el('span', {class: 'what'}, arrives)));
    return el('section', {class: 'day'}, el('h2', {class: 'number', style: 'white-space:normal'}, el('span', {class: 'dot', style: 'background:' + day.colour}), `${day.label} · ${stopsText(day.stops.length)} · ${day.leave}–${day.back} · ${numberText(day.km, 0)} km`,
      day.overtime > 0 ? el('span', {class: 'badge warn'}, say('{n} min after the end of the day', {n: day.overtime})) : null), waysRow(day, data, at), el('ol', {class: 'stops'}, rows));
  }

  const missed = el('details', {class: 'missed'}, el('summary', {}, (data.missed.length ? say('Not all visits fit') : say('All visits fit')) + ' ', el('span', {class: 'badge ' + (data.missed.length ? 'warn' : 'good')}, data.missed.length ? counted(data.missed.length, say('{n} account', {n: data.missed.length}), say('{n} accounts', {n: data.missed.length})) : say('none left out'))),
    data.missed.length ? el('ul', {}, data.missed.map(row => el('li', {}, row.account < 0 ? el('b', {dir: 'auto'}, row.name) : el('button', {type: 'button', class: 'show', onclick: () => showAccount(row.account)}, el('b', {dir: 'auto'}, row.name)),
      row.account < 0 || !places.town[row.account] ? null : el('span', {dir: 'auto'}, ' ' + places.town[row.account]), el('span', {class: 'soft'}, ` · ${row.account_id} · ` + say('segment {name}', {name: row.segment}) + ' · ' + say('{n1} of {n2} visits', {n1: row.planned, n2: row.wanted})), el('div', {class: 'small', dir: 'auto'}, row.reason)))) : el('p', {class: 'soft small'}, say('Every account is visited as often as wanted.')));
  function showAccount(index) {
    const place = [places.lat[index] / 1e5, places.lon[index] / 1e5];
    map.setView(place, Math.max(map.getZoom(), 10), {animate: false});
    L.popup({maxWidth: 260, autoPanPadding: [12, 12]}).setLatLng(place).setContent(el('div', {class: 'tip'}, accountFacts(index), callDetails(noteOf(index)), goLink(index))).openOn(map);
  }
  const options = el('div', {id: 'options'}, data.travel_note ? el('p', {class: 'soft small', dir: 'auto'}, data.travel_note) : null);
  const head = el('div', {id: 'head'}, el('header', {}, el('h1', {dir: 'auto'}, data.rep), el('div', {class: 'soft small'}, `${data.rep_id} · ${data.region} · ${say('{n} accounts', {n: numberText(places.name.length)})} · ${data.title}`), cycle.repeats ? el('div', {class: 'soft small', id: 'cycle'}, say('These {n} weeks repeat until {date}.', {n: cycle.weeks, date: cycle.until_text})) : null, notice ? el('p', {id: 'notice'}, notice) : null), weekBox, dayBox);
  document.body.append(el('main', {id: 'plan'}, head, el('div', {id: 'rest'}, days.length ? listBox : el('p', {class: 'day soft'}, say('No tours are planned in this cycle.')), missed, options)));
  streetSwitch(map, options);
  prepareMap(map, 'region');
  map.invalidateSize({animate: false});
  map.on('zoomend', drawTowns);
  fitOnPaper(map, () => { if (days.length) view(); });
  fitTo(map, own.getBounds());
  drawTowns();
  if (days.length) { draw(); view(); }
}
