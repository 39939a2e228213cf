// Put plans between the two measures that are chosen: full dots where no other plan is better in one and as good in the other.
const AIMS = document.querySelector('svg.aims');
const LABEL_PLACES = [
  [10, 4, 'start'], [-10, 4, 'end'], [0, -11, 'middle'], [0, 22, 'middle'],
  [6, -11, 'end'], [6, 22, 'end'], [-6, -11, 'start'], [-6, 22, 'start'],
];

function figuresOf(plan, name, at) { return Number(plan.dataset[name].split(' ')[at]); }

function placePlans() {
  const [across, up] = [Number(document.getElementById('across').value), Number(document.getElementById('up').value)];
  for (const axis of AIMS.querySelectorAll('[data-across]')) axis.toggleAttribute('hidden', Number(axis.dataset.across) !== across);
  for (const axis of AIMS.querySelectorAll('[data-up]')) axis.toggleAttribute('hidden', Number(axis.dataset.up) !== up);
  const dots = [...AIMS.querySelectorAll('.plan')].map(plan => ({
    plan, x: figuresOf(plan, 'x', across), y: figuresOf(plan, 'y', up),
    costs: [figuresOf(plan, 'cost', across), figuresOf(plan, 'cost', up)],
  }));
  const known = dots.filter(dot => Number.isFinite(dot.x) && Number.isFinite(dot.y));
  for (const dot of dots) dot.plan.toggleAttribute('hidden', !known.includes(dot));
  for (const dot of known) {
    const beaten = known.some(({costs: [a, b]}) => a <= dot.costs[0] && b <= dot.costs[1] && (a < dot.costs[0] || b < dot.costs[1]));
    dot.plan.classList.toggle('beaten', beaten);
    const circle = dot.plan.querySelector('circle');
    circle.setAttribute('cx', dot.x);
    circle.setAttribute('cy', dot.y);
  }
  labelDots(known);
}

// Write each name where it covers neither a dot nor another name, as far as there is such a place.
function labelDots(dots) {
  const taken = dots.map(({x, y}) => ({x: x - 6, y: y - 6, width: 12, height: 12}));
  const {width, height} = AIMS.viewBox.baseVal;
  for (const {plan, x, y} of dots) {
    const label = plan.querySelector('text');
    const put = ([right, down, anchor]) => {
      label.setAttribute('x', x + right);
      label.setAttribute('y', y + down);
      label.setAttribute('text-anchor', anchor);
      return label.getBBox();
    };
    const free = LABEL_PLACES.find(place => {
      const box = put(place);
      return box.x >= 0 && box.x + box.width <= width && box.y >= 0 && box.y + box.height <= height
        && !taken.some(other => box.x < other.x + other.width && other.x < box.x + box.width
          && box.y < other.y + other.height && other.y < box.y + box.height);
    });
    taken.push(put(free || LABEL_PLACES[x > width / 2 ? 1 : 0]));
  }
}

if (AIMS) {
  for (const name of ['across', 'up']) document.getElementById(name).addEventListener('change', placePlans);
  document.querySelector('form.aims').addEventListener('submit', event => event.preventDefault());
  addEventListener('resize', placePlans);
  placePlans();
}
