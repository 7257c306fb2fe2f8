import { element, shortNumber } from '../element.ts';

/** A score on its scale, beside the threshold. */
export function scoreScale(score: number, threshold: number | undefined): HTMLElement {
  // cosines lie in -1..1, distances with a minus in -2..0; a number beyond that still lies within
  const low = Math.min(score < -1 || (threshold ?? 0) < -1 ? -2 : -1, score);
  const high = Math.max(1, score);
  const place = (value: number) => `${(100 * (Math.min(high, Math.max(low, value)) - low)) / (high - low)}%`;
  const mark = (name: string, value: number) => {
    const made = element('span', { class: name });
    made.style.left = place(value);
    return made;
  };
  const words = `Score ${shortNumber(score)}${threshold === undefined ? '' : `, threshold ${shortNumber(threshold)}`} on a scale from ${low} to ${high}`;
  return element(
    'div',
    { class: 'scale', role: 'img', 'aria-label': words },
    threshold !== undefined && mark('threshold', threshold),
    mark(threshold !== undefined && score >= threshold ? 'mark same' : 'mark', score),
  );
}
