import { element, percent, shortNumber } from '../element.ts';
import type { TeachEvent } from './protocol.ts';

type LearningEvent = Extract<TeachEvent, { readonly kind: 'step' | 'logged' }>;

/** How learning goes: loss of every step, accuracy on what is trained on and on what is kept out. */
export interface LearningChart {
  readonly root: HTMLElement;
  readonly clear: (totalSteps: number) => void;
  readonly add: (event: LearningEvent) => void;
}

interface Point {
  readonly step: number;
  readonly value: number;
}

/** points of the screen, whose width is that of the page: words in it keep their size */
const widestWidth = 860;
const height = 220;
const edge = { left: 44, right: 44, top: 12, bottom: 34 } as const;

export function learningChart(): LearningChart {
  let total = 1;
  let first = 0;
  let loss: Point[] = [];
  let trained: Point[] = [];
  let heldOut: Point[] = [];
  const drawing = svg('svg', { role: 'img', class: 'chart' });
  const words = element('p', { class: 'about', role: 'status', 'aria-live': 'off' });
  const legend = element(
    'p',
    { class: 'legend' },
    element('span', { class: 'loss' }, 'loss (left scale)'),
    element('span', { class: 'trained' }, 'accuracy, trained on'),
    element('span', { class: 'held-out' }, 'accuracy, kept out'),
  );
  const root = element('figure', { hidden: true }, drawing, legend, words);
  let isDue = false;
  new ResizeObserver(() => draw()).observe(root);

  return {
    root,
    clear(totalSteps) {
      total = totalSteps;
      first = 0;
      [loss, trained, heldOut] = [[], [], []];
      root.hidden = false;
      draw();
    },
    add(event) {
      if (event.kind === 'step') {
        if (loss.length === 0) first = event.step - 1;
        total = event.total;
        loss.push({ step: event.step, value: event.loss });
      } else (event.split === 'train' ? trained : heldOut).push({ step: event.step, value: event.accuracy });
      // many steps between two pictures
      if (!isDue) {
        isDue = true;
        requestAnimationFrame(() => {
          isDue = false;
          draw();
        });
      }
    },
  };

  function draw(): void {
    const width = root.clientWidth || widestWidth;
    drawing.setAttribute('viewBox', `0 0 ${width} ${height}`);
    const most = loss.reduce((largest, { value }) => Math.max(largest, Number.isFinite(value) ? value : 0), 1);
    const x = (step: number) => edge.left + ((step - first) / Math.max(1, total - first)) * (width - edge.left - edge.right);
    const y = (share: number) => height - edge.bottom - share * (height - edge.top - edge.bottom);
    const line = (points: readonly Point[], scale: number, name: string) =>
      svg('polyline', {
        class: name,
        points: points.map(({ step, value }) => `${x(step).toFixed(1)},${y(value / scale).toFixed(1)}`).join(' '),
      });
    const text = (content: string, place: { readonly [attribute: string]: string | number }) => {
      const made = svg('text', place);
      made.textContent = content;
      return made;
    };
    drawing.replaceChildren(
      ...[0, 0.5, 1].flatMap((share) => [
        svg('line', { class: 'grid', x1: edge.left, x2: width - edge.right, y1: y(share), y2: y(share) }),
        text(shortNumber(share * most), { x: edge.left - 6, y: y(share) + 4, 'text-anchor': 'end' }),
        text(`${100 * share} %`, { x: width - edge.right + 6, y: y(share) + 4 }),
      ]),
      text(`step ${first}`, { x: edge.left, y: height - 10 }),
      text(String(total), { x: width - edge.right, y: height - 10, 'text-anchor': 'end' }),
      line(loss, most, 'loss'),
      line(trained, 1, 'trained'),
      line(heldOut, 1, 'held-out'),
    );
    const [lastLoss, lastTrained, lastHeldOut] = [loss.at(-1), trained.at(-1), heldOut.at(-1)];
    const told = [
      lastLoss ? `Step ${lastLoss.step} of ${total}: loss ${shortNumber(lastLoss.value)}` : `Step 0 of ${total}`,
      ...(lastTrained ? [`accuracy ${percent(lastTrained.value)} on what is trained on`] : []),
      ...(lastHeldOut ? [`${percent(lastHeldOut.value)} on what is kept out`] : []),
    ].join(', ');
    words.textContent = `${told}.`;
    drawing.setAttribute('aria-label', `Learning curve. ${told}.`);
  }
}

function svg(name: string, attributes: { readonly [attribute: string]: string | number }): SVGElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, String(value));
  return made;
}
