import { wordsFor } from '../calls/told-error.ts';
import type { Computer } from '../computer.ts';
import { element, percent, shortNumber } from '../element.ts';
import { recordingInput } from '../recordings/recording-input.ts';
import { scoreScale } from './score-scale.ts';
import type { ThresholdInput } from './threshold-input.ts';

/** Two recordings: are they of one person? */
export function verificationView(computer: Computer, threshold: ThresholdInput): HTMLElement {
  const embeddings: (Float32Array | undefined)[] = [undefined, undefined];
  const result = element('div', { class: 'result', role: 'status', 'aria-live': 'polite' }, 'Give two recordings of at least a second.');
  threshold.onChange(() => void compare());

  const inputs = ['First recording', 'Second recording'].map((title, side) =>
    recordingInput(computer, title, async ({ input }) => {
      const { prediction } = await computer.predict(input, {});
      embeddings[side] = prediction as Float32Array;
      await compare();
    }),
  );

  async function compare(): Promise<void> {
    const [one, other] = embeddings;
    if (!one || !other) return;
    try {
      const [score] = (await computer.scores([one], other)) as [number];
      result.replaceChildren(...verdict(score));
    } catch (error) {
      result.replaceChildren(element('p', { class: 'problem' }, wordsFor(error)));
    }
  }

  function verdict(score: number): HTMLElement[] {
    const at = threshold.value();
    const isSame = at !== undefined && score >= at;
    const words =
      at === undefined ? 'No verdict without a threshold' : isSame ? 'Probably the same person' : 'Probably two different people';
    return [
      element('p', { class: 'verdict' }, words),
      scoreScale(score, at),
      element(
        'p',
        {},
        'Score ',
        element('strong', { class: 'score', 'data-score': String(score) }, shortNumber(score)),
        at === undefined ? '.' : `, threshold ${shortNumber(at)}. A score from the threshold on counts as the same person.`,
      ),
    ];
  }

  return element(
    'section',
    { 'aria-labelledby': 'same-person' },
    element('h2', { id: 'same-person' }, 'Is it the same person?'),
    element('div', { class: 'pair' }, ...inputs.map(({ root }) => root)),
    result,
  );
}

export const meaningOf = (eer: number, name: string) =>
  `Both errors are equal there: on the test set “${name}”, ${percent(eer)} of the pairs of one person scored lower, and ${percent(eer)} of the pairs of two people higher. With voices, rooms and microphones unlike those there are more errors.`;
