import { wordsFor } from '../calls/told-error.ts';
import { element, percent } from '../element.ts';
import { type Listening, listen } from '../recordings/microphone.ts';
import { recordingInput } from '../recordings/recording-input.ts';
import type { TeachComputer } from './teach-computer.ts';

/** Seconds that are listened to at once, and how often. */
const windowSeconds = 1;
const everySeconds = 0.4;
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
  let isAsking = false;

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
      let heard = new Float32Array(0);
      let sinceAsked = 0;
      listening = await listen((piece) => {
        if (!listening) return;
        const { sampleRate } = listening;
        const joined = new Float32Array(heard.length + piece.length);
        joined.set(heard);
        joined.set(piece, heard.length);
        heard = joined.slice(-Math.round(windowSeconds * sampleRate));
        sinceAsked += piece.length;
        if (isAsking || sinceAsked < everySeconds * sampleRate || heard.length < windowSeconds * sampleRate) return;
        sinceAsked = 0;
        if (heard.reduce((loudest, sample) => Math.max(loudest, Math.abs(sample)), 0) < quiet) {
          result.replaceChildren(element('p', { class: 'about' }, 'Listening …'));
          return;
        }
        isAsking = true;
        computer
          .predict({ name: 'the microphone', samples: heard.slice(), sampleRate })
          .then((said) => void (listening && show(said)))
          .catch((error: unknown) => {
            end();
            refuse(error);
          })
          .finally(() => {
            isAsking = false;
          });
      });
      live.textContent = 'Stop listening';
      result.replaceChildren(element('p', { class: 'about' }, 'Listening …'));
    } catch (error) {
      refuse(error);
    } finally {
      live.disabled = false;
      live.focus();
    }
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
