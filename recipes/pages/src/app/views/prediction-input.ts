import { wordsFor } from '../calls/told-error.ts';
import type { Computer } from '../computer.ts';
import { duration, element } from '../element.ts';
import type { AudioInput, Opened, Predicted, PredictOptions } from '../protocol.ts';
import { recordingInput } from '../recordings/recording-input.ts';

/** what goes through a model in one piece here at most, in seconds; see predict-recording.ts, which refuses more */
const wholeSeconds = 300;

/** What the user may set of a prediction. */
export interface PredictionSettings {
  readonly root: HTMLElement;
  readonly options: () => Pick<PredictOptions, 'speakers'>;
  /** Asks to be told of every change. */
  readonly onChange: (told: () => void) => void;
}

/** One recording, and what the task says of it. */
export function predictionInput(
  computer: Computer,
  { isPiecewise }: Opened,
  {
    id,
    title,
    about = [],
    settings,
  }: {
    readonly id: string;
    readonly title: string;
    /** what is to be known before a recording is given */
    readonly about?: readonly HTMLElement[];
    readonly settings?: PredictionSettings | undefined;
  },
  show: (predicted: Predicted) => readonly HTMLElement[],
): HTMLElement {
  const result = element('div', { class: 'result' }, 'Give a recording.');
  // tables, bars and numbers are there to be looked through, and are not read out one after the other
  const said = element('p', { class: 'unseen', role: 'status' });
  const recording = recordingInput(computer, 'Recording', async ({ input, inspected }) => {
    if (isPiecewise || inspected.seconds <= wholeSeconds) return predict(input, {});
    const beginning = element('button', {
      type: 'button',
      onclick: () => void predict(input, { firstSeconds: wholeSeconds }).catch(refuse),
    });
    beginning.textContent = `Use the first ${wholeSeconds / 60} minutes`;
    result.replaceChildren(
      element(
        'p',
        {},
        `This recording is ${duration(inspected.seconds)} long. The model takes a recording in one piece, for which a page has too little memory: at most ${wholeSeconds / 60} minutes. `,
        'Cut it, use `s3 predict`, or take its beginning.',
      ),
      beginning,
    );
    said.textContent = result.querySelector('p')!.textContent;
  });

  let latest: AudioInput | undefined;
  settings?.onChange(() => {
    if (latest) void predict(latest, {}).catch(refuse);
  });

  function refuse(error: unknown): void {
    recording.refuse(wordsFor(error));
  }

  async function predict(input: AudioInput, options: { readonly firstSeconds?: number }): Promise<void> {
    latest = input;
    const predicted = await computer.predict(input, { ...options, ...settings?.options() });
    result.replaceChildren(
      ...show(predicted),
      element('p', { class: 'about' }, `${duration(predicted.seconds)} of audio, computed in ${duration(predicted.computeSeconds)}.`),
    );
    said.textContent = result.querySelector('.verdict')?.textContent ?? 'The result is there.';
    result.dataset['done'] = String(Number(result.dataset['done'] ?? 0) + 1);
  }

  return element(
    'section',
    { 'aria-labelledby': id },
    element('h2', { id }, title),
    ...about,
    settings?.root,
    recording.root,
    said,
    result,
  );
}
