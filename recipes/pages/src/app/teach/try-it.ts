import { wordsFor } from '../calls/told-error.ts';
import { element, percent } from '../element.ts';
import { listenToLatest } from '../recordings/latest-seconds.ts';
import type { Listening } from '../recordings/microphone.ts';
import { recordingInput } from '../recordings/recording-input.ts';
import type { TeachComputer } from './teach-computer.ts';

const judgedSeconds = { windowSeconds: 1, hopSeconds: 0.4 };
/** quieter than this nobody speaks */
const quiet = 0.01;

/** Where what was learned is tried, on a recording or live. */
export function tryIt(computer: TeachComputer): {
  readonly root: HTMLElement;
  readonly freeze: (isFrozen: boolean) => void;
  readonly clear: () => void;
} {
  const result = element('div', { class: 'result answer', role: 'status', 'aria-live': 'polite' });
  const { root: input } = recordingInput(computer, 'Recording to try', async ({ input: chosen }) => {
    show(await computer.predict(chosen));
  });
  const live = element('button', { type: 'button', onclick: () => void toggle() }, 'Listen live');
  const problem = element('p', { class: 'problem', role: 'alert', hidden: true });
  const root = element(
    'section',
    { 'aria-labelledby': 'try', hidden: true },
    element('h2', { id: 'try' }, '3. Try it'),
    input,
    element('div', { class: 'buttons' }, live),
    problem,
    result,
  );

  let listening: Listening | undefined;

  function show(said: Awaited<ReturnType<TeachComputer['predict']>>): void {
    const [best] = said;
    result.replaceChildren(
      element(
        'p',
        { class: 'verdict', 'data-label': best!.label, 'data-probability': best!.probability },
        `${best!.label}, ${percent(best!.probability)}`,
      ),
      element(
        'ul',
        { class: 'shares', 'aria-hidden': 'true' },
        ...said.map(({ label, probability }) =>
          element(
            'li',
            {},
            element('span', {}, label),
            element('meter', { min: 0, max: 1, value: probability }),
            element('span', {}, percent(probability)),
          ),
        ),
      ),
    );
  }

  async function toggle(): Promise<void> {
    if (listening) return end();
    problem.hidden = true;
    live.disabled = true;
    try {
      listening = await listenToLatest(judgedSeconds, judge);
      live.textContent = 'Stop listening';
      sayListening();
    } catch (error) {
      refuse(error);
    } finally {
      live.disabled = false;
      live.focus();
    }
  }

  async function judge(samples: Float32Array, sampleRate: number): Promise<void> {
    if (samples.reduce((loudest, sample) => Math.max(loudest, Math.abs(sample)), 0) < quiet) return sayListening();
    try {
      const said = await computer.predict({ name: 'the microphone', samples, sampleRate });
      if (listening) show(said);
    } catch (error) {
      end();
      refuse(error);
    }
  }

  function sayListening(): void {
    result.replaceChildren(element('p', { class: 'about' }, 'Listening …'));
  }

  function end(): void {
    listening?.stop();
    listening = undefined;
    live.textContent = 'Listen live';
  }

  function refuse(error: unknown): void {
    problem.textContent = wordsFor(error);
    problem.hidden = false;
  }

  return {
    root,
    freeze(isFrozen) {
      if (isFrozen) end();
      for (const button of root.querySelectorAll('button')) button.disabled = isFrozen;
    },
    clear: () => result.replaceChildren(),
  };
}
