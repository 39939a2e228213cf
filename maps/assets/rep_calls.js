// What a rep wants to know before a call: why today, last orders, what to offer.
const LATE = 1.5;  // times the usual distance between orders from which on an order is overdue

const weeksText = count => counted(count, say('{n} week', {n: count}), say('{n} weeks', {n: count}));
function callReasons(note, number, wanted) {
  const reasons = [say('visit {n1} of {n2} in the cycle', {n1: number, n2: wanted})];
  if (!note) return reasons;
  if (!note.orders.length) return [...reasons, say('no order yet')];
  const date = note.known_until, often = note.every === null ? 0 : Math.round(note.every);
  const last = note.silent ? say('last order {ago} ago as of {date}', {ago: weeksText(note.silent), date}) : say('last order in the week to {date}', {date});
  const usual = often > 1 ? say('usually every {often}', {often: weeksText(often)}) : say('usually every week');
  reasons.push(note.every === null ? last : `${last}, ${usual}`);
  if (note.every !== null && note.silent > LATE * note.every) reasons.push(say('overdue'));
  return reasons;
}

function callDetails(note) {
  if (!note) return null;
  return [note.orders.length ? el('div', {class: 'small'}, el('b', {}, say('Last orders')), el('ul', {class: 'orders'}, note.orders.map(order => el('li', {}, `${order.date}: ${order.amount}, `, el('span', {dir: 'auto'}, order.category))))) : null,
    note.offers.length ? el('div', {class: 'small'}, el('b', {}, note.orders.length ? say('Offer: below what its peers buy, a year') : say('Offer: what its peers buy, a year')), el('ul', {class: 'orders'}, note.offers.map(offer => el('li', {}, el('span', {dir: 'auto'}, offer.category), `, ${offer.amount}`)))) : null];
}
