// Narrow the page to a region, a category and weeks. What belongs to a region or category carries its name in
// data-region or data-category (several, one a line) and goes where another is chosen; what stands for just one choice
// carries it in data-of-region and data-of-category, "" for all. Sums are added up anew, charts go to the weeks chosen.
const DATA = readData();
const FIELDS = ['region', 'category', 'from', 'to'].map(id => document.getElementById(id));
const CHART_LEFT = 56, MOST_MARKS = 7;

function chosen() {
  const [region, category, from, to] = FIELDS;
  const weeks = from ? from.options.length : 0;
  return {
    region: region ? region.value : '', category: category ? category.value : '',
    from: from ? Number(from.value) : 0, to: to ? Number(to.value) : 0,
    period: weeks > 0 && (Number(from.value) > 0 || Number(to.value) < weeks - 1),
  };
}

function hideOthers(now) {
  for (const element of document.querySelectorAll('[data-region], [data-category], [data-of-region], [data-of-category]')) {
    const {region, category, ofRegion, ofCategory} = element.dataset;
    const other = (own, choice) => own !== undefined && choice !== '' && !own.split('\n').includes(choice);
    element.hidden = other(region, now.region) || other(category, now.category)
      || (ofRegion !== undefined && ofRegion !== now.region) || (ofCategory !== undefined && ofCategory !== now.category);
  }
}

// Add up the lines of the forecast that a test lets through, over the weeks chosen.
function summed(now, fits) {
  const sums = {expected: 0, sold: 0, before: 0};
  for (const line of DATA.lines || []) {
    if (!fits(line)) continue;
    for (const name of Object.keys(sums)) sums[name] += line[name].slice(now.from, now.to + 1).reduce((sum, value) => sum + value, 0);
  }
  return sums;
}

function showSums(place, sums) {
  for (const cell of place.querySelectorAll('[data-sum]')) {
    const name = cell.dataset.sum;
    if (name !== 'change') cell.textContent = moneyText(sums[name], DATA.currency);
    else if (sums.before > 0) cell.textContent = percentText(sums.expected / sums.before - 1, true);
    else cell.textContent = '–';
  }
}

function addUp(now) {
  const fits = line => (now.region === '' || line.region === now.region) && (now.category === '' || line.category === now.category);
  const totals = document.getElementById('totals');
  if (!totals) return;
  showSums(totals, summed(now, fits));
  for (const box of document.querySelectorAll('.sums')) {
    const side = box.dataset.side;
    const rows = [...box.querySelectorAll('tbody tr')];
    const sums = rows.map(row => summed(now, line => line[side] === row.dataset[side] && fits(line)));
    const most = Math.max(...sums.map(one => Math.max(one.expected, one.before)), 0);
    rows.forEach((row, at) => {
      showSums(row, sums[at]);
      for (const [kind, name] of [['light', 'before'], ['dark', 'expected']]) {
        row.querySelector(`rect.${kind}`).setAttribute('width', most > 0 ? (118 * sums[at][name] / most).toFixed(1) : 0);
      }
      const words = say('{share} against a year before', {share: row.querySelector('[data-sum="change"]').textContent});
      row.querySelector('svg').setAttribute('aria-label', words);
      row.querySelector('title').textContent = words;
    });
  }
}

// Draw a chart's weeks from half a week before the first to half a week after the last, with a mark for some of them.
function narrowChart(weeks, now) {
  const chart = weeks.ownerSVGElement;
  const marks = chart.querySelector('.marks');
  const [first, last] = [Number(weeks.dataset.first), Number(weeks.dataset.last)];
  const [wide, high] = [Number(weeks.getAttribute('width')), Number(weeks.getAttribute('height'))];
  chart.querySelector('.marks.chosen')?.remove();
  marks.style.display = now.period ? 'none' : '';
  if (!now.period) {
    weeks.setAttribute('viewBox', `0 0 ${wide} ${high}`);
    return;
  }
  const days = [...FIELDS[2].options].slice(now.from, now.to + 1);
  const begin = Number(days[0].dataset.day) - 3.5, end = Number(days[days.length - 1].dataset.day) + 3.5;
  const scale = wide / ((last - first) || 1);
  weeks.setAttribute('viewBox', `${(begin - first) * scale} 0 ${(end - begin) * scale} ${high}`);
  const fine = marks.cloneNode(false);
  fine.classList.add('chosen');
  fine.style.display = '';
  const step = Math.ceil(days.length / MOST_MARKS);
  days.forEach((day, at) => {
    if (at % step) return;
    const label = document.createElementNS('http://www.w3.org/2000/svg', 'text');
    label.setAttribute('x', (CHART_LEFT + wide * (Number(day.dataset.day) - begin) / (end - begin)).toFixed(1));
    label.setAttribute('y', high - 7);
    label.setAttribute('text-anchor', 'middle');
    label.textContent = day.dataset.short;
    fine.append(label);
  });
  chart.append(fine);
}

// Say what is chosen, also on paper, and which parts of the page do not follow it.
function tellChoice(now) {
  const [region, category, from, to] = FIELDS;
  const made = [];
  if (now.region) made.push(['region', now.region]);
  if (now.category) made.push(['category', now.category]);
  if (now.period) made.push(['period', say('weeks of {from} to {to}', {from: from.selectedOptions[0].text, to: to.selectedOptions[0].text})]);
  document.getElementById('whole').hidden = made.length === 0;
  const shown = document.getElementById('shown');
  shown.hidden = made.length === 0;
  shown.replaceChildren(say('Shown:') + ' ', ...made.flatMap(([, words], at) => [at ? ' · ' : '', el('b', {dir: 'auto'}, words)]));
  document.querySelectorAll('.unfollowed').forEach(note => note.remove());
  const names = {region: say('region'), category: say('category'), period: say('weeks')};
  for (const part of document.querySelectorAll('[data-follows]')) {
    const left = made.map(([name]) => name).filter(name => !part.dataset.follows.split(' ').includes(name));
    if (left.length === 0) continue;
    const note = el('p', {class: 'unfollowed small'}, say('Not narrowed by: {names}', {names: left.map(name => names[name]).join(', ')}));
    const title = part.querySelector('h2');
    if (title) title.after(note);
    else part.prepend(note);
  }
  document.querySelectorAll('.whole').forEach(element => {
    if (made.length) element.append(el('span', {class: 'unfollowed soft'}, ' · ' + say('whole plan')));
  });
}

function narrow() {
  const now = chosen();
  hideOthers(now);
  addUp(now);
  document.querySelectorAll('svg.weeks').forEach(weeks => narrowChart(weeks, now));
  tellChoice(now);
}

if (FIELDS.some(field => field)) {
  const [region, category, from, to] = FIELDS;
  for (const field of FIELDS.filter(one => one)) {
    field.addEventListener('change', () => {
      if (field === from && Number(from.value) > Number(to.value)) to.value = from.value;
      if (field === to && Number(to.value) < Number(from.value)) from.value = to.value;
      narrow();
    });
  }
  document.querySelector('form.choices').addEventListener('submit', event => event.preventDefault());
  document.getElementById('whole').addEventListener('click', () => {
    for (const field of [region, category].filter(one => one)) field.value = '';
    if (from) { from.value = 0; to.value = to.options.length - 1; }
    narrow();
    (region || category || from).focus();
  });
}
addEventListener('beforeprint', () => document.querySelectorAll('details').forEach(element => { element.open = true; }));
