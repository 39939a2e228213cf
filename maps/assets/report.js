// Show one region only: rows and figures that belong to a region carry its name in data-region.
'use strict';
const choice = document.getElementById('region');
if (choice) {
  choice.addEventListener('change', () => {
    for (const element of document.querySelectorAll('[data-region]')) {
      element.hidden = choice.value !== '' && element.dataset.region !== choice.value;
    }
    document.body.dataset.shown = choice.value;
  });
}
addEventListener('beforeprint', () => document.querySelectorAll('details').forEach(element => { element.open = true; }));
