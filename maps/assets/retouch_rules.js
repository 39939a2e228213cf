// What a plan is worth and which rules it breaks, by the same figures as the optimizer's: whole numbers, no rounding.
function measurePlan(rules, owner) {
  const reps = rules.reps.length, areas = rules.areas.length;
  const place = (area, rep) => rules.choices[area].indexOf(rep);
  const sums = rules.measures.map(measure => measure.fixed.slice());
  let travel = 0, moved = 0;
  for (let area = 0; area < areas; area++) {
    const rep = owner[area];
    rules.measures.forEach((measure, m) => { sums[m][rep] += measure.amounts[area]; });
    travel += rules.cost[area][place(area, rep)];
    if (rules.current[area] >= 0 && rules.current[area] !== rep) moved += rules.moved_amount[area];
  }
  const split = extraReps(rules.split_group, owner);
  const deviation = sums.map((row, m) => row.map((sum, rep) => rules.measures[m].targets[rep] ? sum / rules.measures[m].targets[rep] - 1 : 0));
  const inside = rules.reps.map((_, rep) => rules.measures.every((measure, m) => sums[m][rep] >= measure.lower[rep] && sums[m][rep] <= measure.upper[rep]));
  return {sums, deviation, inside, travel, moved, cost: travel + rules.moved_weight * moved + rules.split_price * split, broken: brokenRules(rules, owner, sums, moved)};
}

function extraReps(groups, owner) {
  const seen = new Map();
  groups.forEach((group, area) => { if (group >= 0) seen.set(group, (seen.get(group) || new Set()).add(owner[area])); });
  let extra = 0;
  seen.forEach(reps => { extra += reps.size - 1; });
  return extra;
}

function neighboursOf(rules) {
  const beside = rules.areas.map(() => []);
  for (let at = 0; at < rules.edges.length; at += 2) {
    beside[rules.edges[at]].push(rules.edges[at + 1]);
    beside[rules.edges[at + 1]].push(rules.edges[at]);
  }
  return beside;
}

// Every broken rule as {key, text}; the key tells a rule broken before from one that a move breaks.
function brokenRules(rules, owner, sums, moved) {
  const broken = [];
  const note = (key, text) => broken.push({key, text});
  const name = area => rules.names[area];
  rules.homes.forEach((home, rep) => { if (owner[home] !== rep) note('home ' + rep, say('{rep}: the home area {area} is served by {other}', {rep: rules.reps[rep], area: name(home), other: rules.reps[owner[home]]})); });
  rules.measures.forEach((measure, m) => sums[m].forEach((sum, rep) => {
    if (sum >= measure.lower[rep] && sum <= measure.upper[rep]) return;
    const share = measure.targets[rep] ? percentText(Math.abs(sum / measure.targets[rep] - 1)) : numberText(Math.abs(sum) / measure.scale) + ' ' + measure.unit;
    const values = {rep: rules.reps[rep], t: (rules.words || {})[measure.name] || measure.name, m: share, m2: numberText(100 * measure.tolerance) + THIN + '%'};
    note(measure.name + ' ' + rep, sum > measure.upper[rep] ? say('{rep}: {t} {m} above target, {m2} allowed', values) : say('{rep}: {t} {m} below target, {m2} allowed', values));
  }));
  if (rules.contiguous) {
    rules.beside = rules.beside || neighboursOf(rules);
    const reached = new Uint8Array(owner.length);
    rules.homes.forEach((home, rep) => {
      if (owner[home] !== rep) return;
      const front = [home];
      reached[home] = 1;
      while (front.length) for (const next of rules.beside[front.pop()]) if (!reached[next] && owner[next] === rep) { reached[next] = 1; front.push(next); }
    });
    rules.reps.forEach((id, rep) => {
      const apart = owner.map((_, area) => area).filter(area => owner[area] === rep && !reached[area]);
      if (!apart.length || owner[rules.homes[rep]] !== rep) return;
      const named = apart.slice(0, 3).map(name).join(', ') + (apart.length > 3 ? ' ' + say('and {n} more', {n: apart.length - 3}) : '');
      note('apart ' + rep + ' ' + apart.length, apart.length === 1 ? say('{rep}: {areas} is not connected to its home', {rep: id, areas: named}) : say('{rep}: {areas} are not connected to its home', {rep: id, areas: named}));
    });
  }
  owner.forEach((rep, area) => {
    if (rules.rep_group[rep] >= 0 && rules.rep_group[rep] !== rules.area_group[area]) note('group ' + area, say('{area}: lies outside the region of {rep}', {area: name(area), rep: rules.reps[rep]}));
    const minutes = rules.minutes[area][rules.choices[area].indexOf(rep)];
    if (rules.max_drive !== null && minutes > rules.max_drive) note('drive ' + area, say('{area}: {n1} minutes from the home of {rep}, {n2} allowed', {area: name(area), n1: minutes, rep: rules.reps[rep], n2: rules.max_drive}));
  });
  const groups = new Map();
  rules.together.forEach((label, area) => { if (label >= 0) groups.set(label, (groups.get(label) || new Set()).add(owner[area])); });
  groups.forEach((reps, label) => { if (reps.size > 1) note('together ' + label, say('{area} and others are kept together, but served by {reps}', {area: name(rules.together.indexOf(label)), reps: [...reps].sort((a, b) => a - b).map(rep => rules.reps[rep]).join(', ')})); });
  rules.locks.forEach(([area, rep]) => { if (owner[area] !== rep) note('lock ' + area, say('{area}: locked to {rep}, but served by {other}', {area: name(area), rep: rules.reps[rep], other: rules.reps[owner[area]]})); });
  rules.forbidden.forEach(([area, rep]) => { if (owner[area] === rep) note('forbidden ' + area + ' ' + rep, say('{area}: served by {rep}, which is forbidden', {area: name(area), rep: rules.reps[rep]})); });
  if (rules.moved_limit !== null && moved > rules.moved_limit) note('change', say('{n1} {unit} would change hands, {n2} allowed', {n1: numberText(moved / rules.moved_scale), unit: rules.moved_unit, n2: numberText(rules.moved_limit / rules.moved_scale)}));
  return broken;
}
