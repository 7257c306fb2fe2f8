import { ToldError, wordsFor } from '../calls/told-error.ts';
import { duration, element } from '../element.ts';
import type { AudioInput } from '../protocol.ts';
import { decodedByBrowser } from '../recordings/browser-decoder.ts';
import { fileChoice, takeDropped } from '../recordings/given-files.ts';
import { type MicrophoneTake, microphoneTake } from '../recordings/microphone-take.ts';
import type { Kept, TaughtClass } from './protocol.ts';
import type { TeachComputer } from './teach-computer.ts';

/** A class as the user names it and gives recordings of it. */
export interface ClassCard {
  readonly root: HTMLElement;
  readonly name: HTMLInputElement;
  readonly taught: () => TaughtClass;
  readonly add: (recordings: readonly Kept[]) => void;
  /** Ends a recording that goes on, and keeps the card as it is while something is computed of it. */
  readonly freeze: (isFrozen: boolean) => void;
  /** Marks the recordings that were kept out of training. */
  readonly markHeldOut: (ids: ReadonlySet<number>) => void;
}

const longestSeconds = 15;
let cards = 0;

/**
 * @param told.onChange recordings were added or removed, or the class renamed
 * @param told.onRemove the class itself is to go
 */
export function classCard(
  computer: TeachComputer,
  label: string,
  told: { readonly onChange: () => void; readonly onRemove: (card: ClassCard) => void },
): ClassCard {
  const number = ++cards;
  const kept = new Map<number, Kept>();
  let heldOut: ReadonlySet<number> = new Set();
  let taking: MicrophoneTake | undefined;
  let takes = 0;
  const name = element('input', {
    type: 'text',
    id: `class-${number}`,
    value: label,
    maxLength: 60,
    autocomplete: 'off',
    oninput: () => renamed(),
  });
  const file = fileChoice((chosen) => void take(chosen.map((each) => ({ file: each }))), { multiple: true });
  const record = element('button', { type: 'button', class: 'record', onclick: () => void toggle() }, 'Record');
  const choose = element('button', { type: 'button', onclick: () => file.click() }, 'Add files');
  const remove = element('button', { type: 'button', class: 'quiet', onclick: () => told.onRemove(card) }, 'Remove class');
  const meter = element('meter', { min: 0, max: 1, low: 0.02, high: 0.95, optimum: 0.4, value: 0, hidden: true, 'aria-label': 'Loudness' });
  const count = element('p', { class: 'about', role: 'status' });
  const list = element('ol', { class: 'takes' });
  const problem = element('p', { class: 'problem', role: 'alert', hidden: true });
  const root = element(
    'section',
    { class: 'recording class' },
    element('div', { class: 'name' }, element('label', { for: name.id }, 'Name of the class'), name),
    element('div', { class: 'buttons' }, record, choose, remove, file),
    meter,
    count,
    list,
    problem,
  );
  const card: ClassCard = {
    root,
    name,
    taught: () => ({ label: name.value.trim(), ids: [...kept.keys()] }),
    add(recordings) {
      for (const recording of recordings) kept.set(recording.id, recording);
      show();
    },
    freeze(isFrozen) {
      if (isFrozen && taking) void finish(taking);
      for (const control of root.querySelectorAll('button, input')) (control as HTMLButtonElement | HTMLInputElement).disabled = isFrozen;
    },
    markHeldOut(ids) {
      heldOut = ids;
      show();
    },
  };

  takeDropped(root, (dropped) => {
    if (dropped.length > 0) void take(dropped.map((each) => ({ file: each })));
    else say(['What was dropped is not a file. Drop audio files, or choose them.']);
  });
  renamed();
  show();
  return card;

  function renamed(): void {
    const title = name.value.trim() || 'class without a name';
    root.setAttribute('aria-label', title);
    record.setAttribute('aria-label', `${taking ? 'Stop recording' : 'Record'} ${title}`);
    choose.setAttribute('aria-label', `Add files to ${title}`);
    remove.setAttribute('aria-label', `Remove class ${title}`);
    told.onChange();
  }

  function say(texts: readonly string[]): void {
    problem.replaceChildren(...texts.map((text) => element('span', {}, text)));
    problem.hidden = texts.length === 0;
  }

  function show(): void {
    const each = [...kept.values()];
    const seconds = each.reduce((sum, recording) => sum + recording.seconds, 0);
    const number = each.length === 1 ? '1 recording' : `${each.length} recordings`;
    count.textContent = each.length === 0 ? 'No recordings yet; files may also be dropped here.' : `${number}, ${duration(seconds)}`;
    list.replaceChildren(...each.map((recording, place) => entry(recording, place)));
  }

  function entry({ id, name: title, seconds, peaks, warning }: Kept, place: number): HTMLElement {
    const which = `recording ${place + 1}, ${title}`;
    const wave = element('canvas', { width: 120, height: 28, 'aria-hidden': 'true' });
    draw(wave, peaks);
    return element(
      'li',
      {},
      element('button', { type: 'button', class: 'small', 'aria-label': `Play ${which}`, onclick: () => void play(id) }, '▶'),
      wave,
      element('span', { class: 'facts' }, `${title}, ${duration(seconds)}`, heldOut.has(id) ? ', kept out of training' : ''),
      element('button', { type: 'button', class: 'small', 'aria-label': `Remove ${which}`, onclick: () => void drop(id) }, '✕'),
      warning === undefined ? undefined : element('span', { class: 'warning' }, `It ${warning}`),
    );
  }

  async function play(id: number): Promise<void> {
    const { samples, sampleRate } = await computer.samples(id);
    const context = new AudioContext();
    const buffer = context.createBuffer(1, samples.length, sampleRate);
    buffer.copyToChannel(Float32Array.from(samples), 0);
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(context.destination);
    source.onended = () => void context.close();
    source.start();
  }

  async function drop(id: number): Promise<void> {
    const places = [...kept.keys()];
    const place = places.indexOf(id);
    kept.delete(id);
    await computer.forget([id]);
    show();
    told.onChange();
    // the button that had the focus is gone
    const next = list.children[Math.min(place, kept.size - 1)];
    (
      ((next?.lastElementChild?.matches('button')
        ? next.lastElementChild
        : next?.querySelector('button:last-of-type')) as HTMLElement | null) ?? record
    ).focus();
  }

  async function take(inputs: readonly AudioInput[]): Promise<void> {
    const refused: string[] = [];
    for (const [done, input] of inputs.entries()) {
      if (inputs.length > 1) count.textContent = `Reading file ${done + 1} of ${inputs.length} …`;
      try {
        const recording = await computer.keep(await decodedByBrowser(input));
        kept.set(recording.id, recording);
      } catch (error) {
        refused.push(wordsFor(error));
      }
    }
    show();
    say(refused);
    told.onChange();
  }

  async function toggle(): Promise<void> {
    if (taking) return finish(taking);
    say([]);
    record.disabled = true;
    try {
      taking = await microphoneTake(longestSeconds, {
        onLoudness(loudness) {
          meter.value = Math.min(1, 2 * loudness);
        },
        onLongest: () => void (taking && finish(taking)),
      });
      record.textContent = 'Stop';
      record.classList.add('on');
      meter.hidden = false;
      count.textContent = 'Recording …';
      renamed();
    } catch (error) {
      say([wordsFor(error)]);
    } finally {
      record.disabled = false;
      record.focus();
    }
  }

  async function finish({ sampleRate, end }: MicrophoneTake): Promise<void> {
    taking = undefined;
    const samples = end();
    record.textContent = 'Record';
    record.classList.remove('on');
    meter.hidden = true;
    renamed();
    if (samples.length === 0) {
      show();
      say([wordsFor(new ToldError('The microphone gave no sound at all. Record for a second or longer.'))]);
      return;
    }
    takes += 1;
    await take([{ name: `take ${takes}`, samples, sampleRate }]);
  }
}

function draw(canvas: HTMLCanvasElement, peaks: Float32Array): void {
  const context = canvas.getContext('2d')!;
  const { width, height } = canvas;
  context.fillStyle = '#4d8fd1';
  const loudest = peaks.reduce((most, peak) => Math.max(most, peak), 1e-3);
  const step = width / peaks.length;
  peaks.forEach((peak, index) => {
    const length = Math.max(1, (peak / loudest) * height);
    context.fillRect(index * step, (height - length) / 2, step * 0.7, length);
  });
}
