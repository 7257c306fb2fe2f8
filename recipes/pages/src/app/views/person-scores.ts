import { element, shortNumber } from '../element.ts';
import type { ThresholdInput } from './threshold-input.ts';

/** Who of several people a voice is likeliest of, in words, and the score of each. */
export function answerOf(
  scores: readonly { readonly name: string; readonly score: number }[],
  threshold: ThresholdInput,
): { readonly words: string; readonly bars: readonly HTMLElement[] } {
  const at = threshold.value();
  const best = scores.reduce((one, other) => (other.score > one.score ? other : one));
  const isKnown = at !== undefined && best.score >= at;
  return {
    words: isKnown ? best.name : at === undefined ? `Most like ${best.name}` : 'Somebody else',
    bars: scores.map((each) =>
      element(
        'li',
        { class: isKnown && each === best ? 'best' : '' },
        element('span', {}, each.name),
        element('meter', { min: -1, max: 1, value: each.score, 'aria-label': `Score of ${each.name}` }),
        element('span', {}, shortNumber(each.score)),
      ),
    ),
  };
}
