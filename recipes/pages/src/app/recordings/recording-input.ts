import { wordsFor } from '../calls/told-error.ts';
import type { Computer } from '../computer.ts';
import { duration, element } from '../element.ts';
import type { AudioInput, Inspected } from '../protocol.ts';
import { decodedByBrowser } from './browser-decoder.ts';
import { fileChoice, takeDropped } from './given-files.ts';
import { type MicrophoneTake, microphoneTake } from './microphone-take.ts';

/** A recording that was chosen, dropped or made. */
export interface Chosen {
  readonly input: AudioInput;
  readonly inspected: Inspected;
}

export interface RecordingInput {
  readonly root: HTMLElement;
  /** beside which others may stand */
  readonly buttons: HTMLElement;
  /** Says what there is instead of a recording. */
  readonly describe: (words: string) => void;
  /** Says in words, beside this recording, why nothing came of it. */
  readonly refuse: (words: string) => void;
}

/** quieter than this all through is no recording but a microphone that is off */
const silence = 1e-4;
const longestRecordingSeconds = 120;

/** Where a recording is chosen, dropped or made. One that cannot be used is refused in words, and the one before it stays. */
export function recordingInput(
  computer: Pick<Computer, 'inspect'>,
  title: string,
  onChosen: (chosen: Chosen) => void | Promise<void>,
): RecordingInput {
  const file = fileChoice(([chosen]) => {
    if (chosen) void take({ file: chosen });
  });
  // among all buttons of the page, each says what it is for
  const choose = element(
    'button',
    { type: 'button', onclick: () => file.click(), 'aria-label': `Choose a file: ${title}` },
    'Choose a file',
  );
  const record = element('button', { type: 'button', onclick: () => void toggle(), 'aria-label': `Record: ${title}` }, 'Record');
  const buttons = element('div', { class: 'buttons' }, choose, record, file);
  const level = element('progress', { max: 1, value: 0, hidden: true, 'aria-label': 'Loudness' });
  const wave = element('canvas', { hidden: true, role: 'img', 'aria-label': 'Waveform' });
  const about = element('p', { class: 'about', role: 'status' }, 'No recording yet; one may also be dropped here.');
  const problem = element('p', { class: 'problem', role: 'alert', hidden: true });
  const heading = element('h3', {}, title);
  const root = element('section', { class: 'recording', 'aria-label': title }, heading, buttons, level, wave, about, problem);

  takeDropped(root, ([dropped]) => {
    if (dropped) void take({ file: dropped });
    else refuse('What was dropped is not a file. Drop an audio file, or choose one.');
  });

  let peaks: Float32Array | undefined;
  // what is drawn keeps its colour, whichever the page takes on
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
  new ResizeObserver(redraw).observe(root);

  function redraw(): void {
    if (peaks) draw(wave, peaks);
  }

  function name(action: 'Record' | 'Stop'): void {
    record.textContent = action;
    record.setAttribute('aria-label', `${action}: ${title}`);
  }

  function describe(words: string): void {
    about.textContent = words;
    wave.hidden = true;
    peaks = undefined;
    problem.hidden = true;
  }

  function refuse(words: string): void {
    problem.textContent = words;
    problem.hidden = false;
  }

  async function take(given: AudioInput): Promise<void> {
    problem.hidden = true;
    const name = 'file' in given ? given.file.name : given.name;
    try {
      const input = await decodedByBrowser(given);
      const inspected = await computer.inspect(input);
      peaks = inspected.peaks;
      draw(wave, peaks);
      const { seconds, sampleRate, channels, format, isByBrowser } = inspected;
      const facts = [
        duration(seconds),
        `${sampleRate.toLocaleString('en')} Hz`,
        ...(channels > 1 ? [`${channels} channels`] : []),
        isByBrowser ? `${format} as this browser decodes it` : format,
      ];
      about.textContent = `${name}: ${facts.join(', ')}`;
      wave.setAttribute('aria-label', `Waveform of ${name}`);
      await onChosen({ input, inspected });
    } catch (error) {
      refuse(wordsFor(error));
    }
  }

  let taking: MicrophoneTake | undefined;
  let takes = 0;

  async function toggle(): Promise<void> {
    if (taking) return finish(taking);
    problem.hidden = true;
    record.disabled = true;
    try {
      taking = await microphoneTake(longestRecordingSeconds, {
        onLoudness(loudness) {
          level.value = Math.min(1, 3 * loudness);
        },
        onLongest: () => void (taking && finish(taking)),
      });
      name('Stop');
      level.hidden = false;
      about.textContent = 'Recording …';
    } catch (error) {
      refuse(wordsFor(error));
    } finally {
      record.disabled = false;
    }
  }

  async function finish({ sampleRate, end }: MicrophoneTake): Promise<void> {
    taking = undefined;
    const samples = end();
    name('Record');
    level.hidden = true;
    if (samples.every((value) => Math.abs(value) < silence)) {
      about.textContent = 'Nothing was recorded.';
      refuse(
        samples.length === 0
          ? 'The microphone gave no sound at all. Record for a second or longer.'
          : 'The recording is silent. Check that the microphone is switched on, and which one the browser uses.',
      );
      return;
    }
    takes += 1;
    await take({ name: `${title}, take ${takes}`, samples, sampleRate });
  }

  return { root, buttons, describe, refuse };
}

function draw(canvas: HTMLCanvasElement, peaks: Float32Array): void {
  canvas.hidden = false;
  // as many points as the screen has, so that nothing is scaled
  canvas.width = Math.round(canvas.clientWidth * devicePixelRatio);
  canvas.height = Math.round(canvas.clientHeight * devicePixelRatio);
  const { width, height } = canvas;
  const context = canvas.getContext('2d')!;
  context.fillStyle = getComputedStyle(canvas).color;
  const bars = Math.max(1, Math.min(peaks.length, Math.floor(width / (3 * devicePixelRatio))));
  const step = width / bars;
  const loudest = peaks.reduce((most, peak) => Math.max(most, peak), 1e-3);
  for (let bar = 0; bar < bars; bar++) {
    const [first, end] = [Math.floor((bar * peaks.length) / bars), Math.ceil(((bar + 1) * peaks.length) / bars)];
    const peak = peaks.subarray(first, end).reduce((most, value) => Math.max(most, value), 0);
    const length = Math.max(devicePixelRatio, (peak / loudest) * height * 0.95);
    context.fillRect(bar * step, (height - length) / 2, step * 0.6, length);
  }
}
