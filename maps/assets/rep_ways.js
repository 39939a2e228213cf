// Ways out of a rep's page: links that a phone's map takes, and a GPX file of the day.

// Maps on phones take a start, an end and three places between; a day with more stops is split into several links.
const STOPS_OF_A_LINK = 4;
function wayLinks(day, placeOf, home) {
  const ways = [];
  const goals = [...day.stops.map((stop, index) => ({at: placeOf(stop), name: String(index + 1)})), {at: day.end ? day.end.at : home, name: day.end ? day.end.name : say('home')}];
  for (let from = 0; from < goals.length; from += STOPS_OF_A_LINK) {
    const part = goals.slice(from, from + STOPS_OF_A_LINK);
    const text = part.map(goal => goal.at.join(','));
    const start = from ? goals[from - 1].at : day.start ? day.start.at : home;
    const between = text.slice(0, -1).join('%7C');
    ways.push({
      words: part.length > 1 ? `${part[0].name} – ${part[part.length - 1].name}` : part[0].name,
      address: `https://www.google.com/maps/dir/?api=1&travelmode=driving&origin=${start.join(',')}&destination=${text[text.length - 1]}` + (between ? `&waypoints=${between}` : ''),
    });
  }
  return ways;
}

// GPX 1.1: start, the stops in order with their times, end. Characters that XML cannot hold are left out.
function gpxText(day, data, placeOf) {
  const space = 'http://www.topografix.com/GPX/1/1';
  const doc = document.implementation.createDocument(space, 'gpx');
  const put = (parent, name, text) => {
    const child = parent.appendChild(doc.createElementNS(space, name));
    if (text !== undefined) child.textContent = text.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '');
    return child;
  };
  doc.documentElement.setAttribute('version', '1.1');
  doc.documentElement.setAttribute('creator', 'territory-tours');
  const route = put(doc.documentElement, 'rte');
  put(route, 'name', `${data.rep}, ${day.date}`);
  const point = ([lat, lon], name, comment) => {
    const at = put(route, 'rtept');
    at.setAttribute('lat', lat);
    at.setAttribute('lon', lon);
    put(at, 'name', name);
    if (comment) put(at, 'cmt', comment);
  };
  if (day.start) point(day.start.at, say('{place}, leave {clock}', {place: day.start.name, clock: day.leave}));
  else point(data.home, say('Home, leave {clock}', {clock: day.leave}));
  day.stops.forEach((stop, index) => point(placeOf(stop), `${index + 1} ${data.accounts.name[stop.account]}`, `${stop.start}-${stop.depart}`));
  if (day.end) point(day.end.at, say('{place}, arrive {clock}', {place: day.end.name, clock: day.back}));
  else point(data.home, say('Home, back {clock}', {clock: day.back}));
  return '<?xml version="1.0" encoding="UTF-8"?>\n' + new XMLSerializer().serializeToString(doc);
}

// Both, as a row under the heading of a day.
function waysRow(day, data, placeOf) {
  const save = () => {
    const link = el('a', {href: URL.createObjectURL(new Blob([gpxText(day, data, placeOf)], {type: 'application/gpx+xml'})), download: `${data.rep_id.replace(/[^\w-]/g, '-')}-${day.date}.gpx`});
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  return el('div', {class: 'ways'}, wayLinks(day, placeOf, data.home).map(way => el('a', {class: 'go', href: way.address, target: '_blank', rel: 'noreferrer'}, say('Navigate') + ' ' + way.words)),
    el('button', {type: 'button', class: 'go', 'data-gpx': day.date, onclick: save}, 'GPX'));
}
