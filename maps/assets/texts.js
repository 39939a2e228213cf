// What all pages with a script share: words, numbers and elements. Names come from the data and are put on show as text only,
// never as HTML.
'use strict';

let WORDS = {};
const FRENCH = document.documentElement.lang === 'fr';
const POINT = FRENCH ? ',' : '.';
function readData() {
  const data = JSON.parse(document.getElementById('data').textContent);
  WORDS = data.words || {};
  return data;
}

// Say a text in the reader's language, with values in its places: say('{n} stops', {n: 3}).
function say(text, values) {
  return (WORDS[text] || text).replace(/\{(\w+)\}/g, (place, name) => values && name in values ? values[name] : place);
}
// Choose between one and many: French has one for nought too.
function counted(count, one, many) {
  return count === 1 || (FRENCH && count === 0) ? one : many;
}

// Make an element: el('p', {class: 'soft', onclick: f}, 'text', otherElement).
function el(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, '');
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value);
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
  return element;
}

const THIN = '\u202f';
function numberText(value, decimals) {
  if (value === null || value === undefined || !isFinite(value)) return '–';
  const digits = decimals !== undefined ? decimals : Math.abs(value) >= 99.95 || Number.isInteger(value) ? 0 : Math.abs(value) >= 9.995 ? 1 : 2;
  const [whole, rest] = Math.abs(value).toFixed(digits).split('.');
  const text = whole.replace(/\B(?=(\d{3})+$)/g, THIN) + (rest ? POINT + rest : '');
  return value < 0 && Number(text.replace(/[^0-9]/g, '')) !== 0 ? '−' + text : text;
}
function moneyText(value, currency) {
  if (value === null || value === undefined || !isFinite(value)) return '–';
  const sign = FRENCH ? {EUR: '€', GBP: '£', USD: '$'}[currency] : undefined;
  const unit = sign || ' ' + currency;
  for (const [size, letter] of [[1e9, FRENCH ? ' Md' : ' bn'], [1e6, ' M'], [1e3, ' k']]) {
    if (Math.abs(value) >= 0.9995 * size) {
      const scaled = value / size;
      return numberText(scaled, Math.abs(scaled) >= 99.5 ? 0 : Math.abs(scaled) >= 9.95 ? 1 : 2) + letter + unit;
    }
  }
  return numberText(value, 0) + (sign ? ' ' + sign : unit);
}
function percentText(share, signed) {
  if (share === null || share === undefined || !isFinite(share)) return '–';
  const text = numberText(100 * share, 1) + THIN + '%';
  return signed && share > 0.0005 ? '+' + text : text;
}
