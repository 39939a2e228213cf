// Retouching: pick an area, see what moving it would do, move it, undo, lock; live totals; download moves.csv.
function showRetouch(map, data) {
  const canvas = L.canvas({padding: 0.3});
  const rules = data.rules;
  rules.names = data.names;
  rules.words = data.words_of_measures;
  const beside = rules.beside = neighboursOf(rules);
  const first = rules.owner.slice();
  const owner = rules.owner.slice();
  const locked = new Set();
  const history = [];
  const before = measurePlan(rules, first);
  let now = before, chosen = -1;

  const shapes = data.names.map((name, area) => {
    const shape = L.polygon(unpackShape(data.shapes[area]), {renderer: canvas, smoothFactor: 0.6});
    shape.bindTooltip(() => facts(name, [[say('Area'), rules.areas[area]], [say('Rep'), data.rep_names[owner[area]] + ' (' + rules.reps[owner[area]] + ')'], locked.has(area) ? [say('Locked'), say('yes')] : null]), {sticky: true, className: 'tip'});
    shape.on('click', () => choose(area));
    return shape.addTo(map);
  });
  data.at.forEach((place, rep) => L.marker(place, {icon: homeIcon('#1c2733', 19), alt: say('Home of {rep}', {rep: data.rep_names[rep]}), keyboard: false, interactive: false}).addTo(map));
  const labels = data.at.map((place, rep) => ({marker: placeLabel(rules.reps[rep], place, 'under'), width: 7 * rules.reps[rep].length, down: 14}));
  const drawLabels = () => thinOut(map, labels, data.at);
  function paint(area) {
    const moved = owner[area] !== first[area];
    shapes[area].setStyle({color: area === chosen ? '#0b2f55' : moved ? '#1c2733' : '#fff', weight: area === chosen ? 3.5 : moved ? 2 : 0.5,
      dashArray: locked.has(area) ? '4 3' : null, fillColor: data.colours[owner[area]], fillOpacity: moved ? 0.95 : 0.68});
    if (area === chosen || moved) shapes[area].bringToFront();
  }

  const broken = plan => new Map(plan.broken.map(rule => [rule.key, rule.text]));
  // The takers of an area: the reps of its neighbours; each with what the move would do.
  function options(area) {
    const takers = [...new Set(beside[area].map(next => owner[next]))].filter(rep => rep !== owner[area] && rules.choices[area].includes(rep));
    return takers.map(rep => {
      const trial = owner.slice();
      trial[area] = rep;
      const plan = measurePlan(rules, trial);
      const old = broken(now);
      return {rep, plan, newly: plan.broken.filter(rule => !old.has(rule.key)), mended: now.broken.length - plan.broken.filter(rule => old.has(rule.key)).length};
    }).sort((a, b) => a.newly.length - b.newly.length || a.plan.cost - b.plan.cost);
  }
  function choose(area) {
    const last = chosen;
    chosen = area;
    if (last >= 0) paint(last);
    if (area >= 0) paint(area);
    drawChoice();
  }
  function move(area, rep) {
    history.push({area, from: owner[area], to: rep});
    owner[area] = rep;
    renew(area);
  }
  function undo() {
    const step = history.pop();
    if (!step) return;
    owner[step.area] = step.from;
    renew(step.area);
  }
  function renew(area) {
    now = measurePlan(rules, owner);
    paint(area);
    choose(area);
    drawTotals();
  }

  const signed = value => (value > 0 ? '+' : '') + numberText(value, 0);
  const totals = el('section', {id: 'totals', 'aria-live': 'polite'});
  function drawTotals() {
    const furthest = (plan, m) => plan.deviation[m].reduce((worst, value) => Math.abs(value) > Math.abs(worst) ? value : worst, 0);
    const changed = owner.filter((rep, area) => rep !== first[area]).length;
    const inside = now.inside.filter(value => value).length;
    totals.replaceChildren(
      el('table', {class: 'totals'}, el('tbody', {},
        el('tr', {}, el('th', {scope: 'row'}, say('Territories in balance')), el('td', {id: 'inside'}, say('{n1} of {n2}', {n1: inside, n2: rules.reps.length}))),
        rules.measures.map((measure, m) => el('tr', {}, el('th', {scope: 'row'}, say('{t}, furthest off', {t: data.labels[measure.name]})), el('td', {'data-furthest': measure.name}, percentText(furthest(now, m), true)))),
        el('tr', {}, el('th', {scope: 'row'}, say('Travel')), el('td', {id: 'travel'}, numberText(now.travel, 0)), el('td', {class: 'soft'}, now.travel === before.travel ? '' : signed(now.travel - before.travel))),
        el('tr', {}, el('th', {scope: 'row'}, say('Areas moved')), el('td', {id: 'moved'}, numberText(changed))),
        el('tr', {}, el('th', {scope: 'row'}, say('Rules broken')), el('td', {id: 'broken'}, el('span', {class: 'badge ' + (now.broken.length ? 'bad' : 'good')}, numberText(now.broken.length)))))),
      now.broken.length ? el('ul', {class: 'rules', tabindex: 0, 'aria-label': say('Rules broken')}, now.broken.slice(0, 12).map(rule => el('li', {dir: 'auto'}, rule.text)), now.broken.length > 12 ? el('li', {}, say('and {n} more', {n: numberText(now.broken.length - 12)})) : null) : '',
      el('div', {class: 'row'},
        el('button', {type: 'button', id: 'undo', disabled: history.length === 0, onclick: undo}, say('Undo')),
        el('button', {type: 'button', id: 'download', disabled: changed + locked.size === 0, onclick: download}, say('Download moves.csv'))));
  }
  const choice = el('section', {id: 'choice', 'aria-live': 'polite'});
  function drawChoice() {
    if (chosen < 0) {
      choice.replaceChildren(el('p', {class: 'soft'}, say('Click an area, or search for it, to see which reps could take it and what that would do.')));
      return;
    }
    const area = chosen;
    const isLocked = locked.has(area);
    const offered = isLocked ? [] : options(area);
    choice.replaceChildren(el('h2', {dir: 'auto'}, data.names[area]),
      el('p', {class: 'soft small'}, say('Area {id}, served by', {id: rules.areas[area]}) + ' ', el('span', {dir: 'auto'}, data.rep_names[owner[area]]), ` (${rules.reps[owner[area]]}), ` + say('{n} min from home', {n: numberText(rules.minutes[area][rules.choices[area].indexOf(owner[area])], 0)})),
      el('label', {class: 'check'}, el('input', {type: 'checkbox', id: 'lock', checked: isLocked, onchange: () => { if (locked.has(area)) locked.delete(area); else locked.add(area); paint(area); drawChoice(); drawTotals(); }}), ' ' + say('Lock to this rep')),
      isLocked ? el('p', {class: 'soft'}, say('Locked areas stay where they are, here and in the next run.')) : offered.length ? el('ul', {class: 'options'}, offered.map(option => card(area, option))) : el('p', {class: 'soft'}, say('No other territory touches this area.')));
  }
  function card(area, option) {
    const line = rep => `${rules.reps[rep]}: ` + rules.measures.map((measure, m) => `${data.words_of_measures[measure.name]} ${percentText(now.deviation[m][rep], true)} → ${percentText(option.plan.deviation[m][rep], true)}`).join(' · ');
    return el('li', {}, el('button', {type: 'button', 'data-to': rules.reps[option.rep], onclick: () => move(area, option.rep)}, say('Move to') + ' ', el('b', {dir: 'auto'}, data.rep_names[option.rep]), ` (${rules.reps[option.rep]})`),
      el('div', {class: 'small number'}, say('{n} min from home', {n: numberText(rules.minutes[area][rules.choices[area].indexOf(option.rep)], 0)}) + ' · ' + say('cost {n}', {n: signed(option.plan.cost - now.cost)})),
      el('div', {class: 'small number'}, line(option.rep)), el('div', {class: 'small number'}, line(owner[area])),
      option.newly.length ? el('ul', {class: 'rules'}, option.newly.slice(0, 4).map(rule => el('li', {dir: 'auto'}, rule.text)), option.newly.length > 4 ? el('li', {}, say('and {n} more', {n: option.newly.length - 4})) : null)
        : el('div', {class: 'small'}, el('span', {class: 'badge good'}, option.mended ? say('mends a rule') : say('breaks no rule'))));
  }

  // moves.csv: moved areas, and locked ones with the rep that they keep.
  function movesText() {
    const cell = text => /[",\n\r]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
    const harmless = text => /^\s*[=+\-@]/.test(text) ? "'" + text : text;
    const rows = owner.map((rep, area) => rep !== first[area] || locked.has(area) ? [rules.areas[area], harmless(data.names[area]), rules.reps[first[area]], rules.reps[rep], locked.has(area) ? 'yes' : 'no'] : null).filter(row => row);
    return [['area_id', 'name', 'from_rep', 'to_rep', 'locked'], ...rows].map(row => row.map(cell).join(',')).join('\n') + '\n';
  }
  function download() {
    const link = el('a', {href: URL.createObjectURL(new Blob([movesText()], {type: 'text/csv'})), download: 'moves.csv'});
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  const search = el('input', {type: 'search', id: 'search', placeholder: say('Find an area'), 'aria-label': say('Find an area'), oninput: find, onkeydown: event => { const first = found.querySelector('button'); if (event.key === 'Enter' && first) first.click(); }});
  const found = el('ul', {id: 'found', hidden: true});
  function find() {
    const wanted = folded(search.value.trim());
    const hits = wanted.length < 2 ? [] : data.names.map((name, area) => [folded(name + ' ' + rules.areas[area]), area]).filter(entry => entry[0].includes(wanted)).slice(0, 12);
    found.hidden = wanted.length < 2;
    found.replaceChildren(...hits.map(([, area]) => el('li', {}, el('button', {type: 'button', onclick: () => { found.hidden = true; choose(area); fitTo(map, shapes[area].getBounds(), {maxZoom: 10}); }}, el('span', {dir: 'auto'}, data.names[area]), el('span', {class: 'soft small'}, ' · ' + rules.reps[owner[area]])))));
    if (wanted.length >= 2 && !hits.length) found.append(el('li', {class: 'soft small'}, say('Nothing found')));
  }
  const panel = el('aside', {id: 'panel', 'aria-label': say('Retouch')},
    el('header', {}, el('h1', {dir: 'auto'}, data.title), el('div', {class: 'soft small'}, data.period)),
    el('div', {id: 'controls'}, search, found), choice, totals);
  document.body.append(panel);
  data.names.forEach((_, area) => paint(area));
  drawChoice();
  drawTotals();
  prepareMap(map);
  map.invalidateSize({animate: false});
  fitTo(map, L.latLngBounds(shapes.flatMap(shape => { const bounds = shape.getBounds(); return [bounds.getSouthWest(), bounds.getNorthEast()]; })));
  map.on('zoomend', drawLabels);
  drawLabels();
  addEventListener('beforeunload', event => { if (history.length) event.preventDefault(); });
  addEventListener('keydown', event => { if ((event.ctrlKey || event.metaKey) && event.key === 'z' && document.activeElement !== search) { undo(); event.preventDefault(); } });
}
