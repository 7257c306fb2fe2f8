/** The page that teaches: classes of one's own from a few recordings each, trained in this page. */
import { wordsFor } from '../calls/told-error.ts';
import { duration, element, percent, download as saveFile } from '../element.ts';
import { progressLine } from '../progress-line.ts';
import { prepareMicrophone } from '../recordings/microphone.ts';
import { type ClassCard, classCard } from './class-card.ts';
import { confusionTable } from './confusion-table.ts';
import { learningChart } from './learning-chart.ts';
import type { TeachEvent, Trained } from './protocol.ts';
import { startTeachComputer } from './teach-computer.ts';
import { tryIt } from './try-it.ts';

const page = document.querySelector('main')!;
const engines = ['auto', 'webgpu', 'wasm', 'cpu'];
const asked = new URLSearchParams(location.search).get('engine') ?? 'auto';

const chart = learningChart();
const computer = startTeachComputer(showEvent);
const cards: ClassCard[] = [];
let isTraining = false;
/** what would be lost with the page */
let isUnsaved = false;
/** whether the recordings are those of the last training */
let isAsTrained = false;

// a file that misses its place must not replace the page
for (const event of ['dragover', 'drop'] as const) addEventListener(event, (dropped) => dropped.preventDefault());
addEventListener('beforeunload', (event) => {
  if (isTraining || isUnsaved) event.preventDefault();
});

const arrived = element('p', { class: 'about', role: 'status' });
// a number that changes ten times a second is not read out
const amount = element('p', { class: 'about' });
const bar = element('progress', { 'aria-label': 'Fetching the upstream' });
const arriving = element('div', { hidden: true }, arrived, bar, amount);
const line = progressLine();
const list = element('div', { class: 'classes' });
const addClass = element('button', { type: 'button', onclick: () => newClass('').name.focus() }, 'Add a class');
const opener = element('input', { type: 'file', accept: '.zip', class: 'unseen', tabIndex: -1, 'aria-hidden': 'true' });
const open = element('button', { type: 'button', onclick: () => opener.click() }, 'Go on from a file');
const openProblem = element('p', { class: 'problem', role: 'alert', hidden: true });

const hints = element('ul', { class: 'hints' });
const steps = element('input', { type: 'number', id: 'steps', min: 1, max: 10_000, step: 1, value: '300' });
const train = element('button', { type: 'button', class: 'main', onclick: () => void learn(false) }, 'Train');
const more = element('button', { type: 'button', hidden: true, onclick: () => void learn(true) }, 'Train further');
const stop = element('button', { type: 'button', hidden: true, onclick: () => computer.stop() }, 'Stop');
const trainProblem = element('p', { class: 'problem', role: 'alert', hidden: true });
const result = element('div', { class: 'result', role: 'status' });
const trying = tryIt(computer);

const withRecordings = element('input', { type: 'checkbox', id: 'with-recordings', checked: true });
const save = element('button', { type: 'button', onclick: () => void download() }, 'Download');
const saved = element('p', { role: 'status' });
const keeping = element(
  'section',
  { 'aria-labelledby': 'keep', hidden: true },
  element('h2', { id: 'keep' }, '4. Keep it'),
  element('p', {}, 'One file with what was learned. This page opens it again; Node predicts with it, tests it and goes on training.'),
  element(
    'p',
    {},
    withRecordings,
    ' ',
    element('label', { for: 'with-recordings' }, 'with the recordings (needed to go on; leave them out before you pass it on)'),
  ),
  element('div', { class: 'buttons' }, save),
  saved,
  element('pre', { tabIndex: 0, 'aria-label': 'Commands' }, 'npm install @s3/cli\nnpx s3 predict own-classes.zip recording.wav'),
);

page.replaceChildren(element('h1', {}, 'Teach'), element('p', { role: 'status' }, 'Starting …'));
try {
  const started = await computer.start(engines.includes(asked) ? asked : 'auto');
  page.replaceChildren(
    element(
      'header',
      {},
      element('h1', {}, 'Teach'),
      element(
        'p',
        {},
        'Name two classes or more, such as two words, two voices or two sounds, give about ten recordings of each, and train.',
      ),
      element('p', { class: 'about' }, 'Everything is computed on this device; recordings do not leave it.'),
      element(
        'details',
        { class: 'about' },
        element('summary', {}, `Computes on ${started.engine}`),
        element('p', { 'data-engine': started.engine }, `${started.library}.`),
      ),
      element('p', { class: 'about' }, `What is learned builds on ${started.upstream}, which stays as it is.`),
      arriving,
      element('div', { class: 'buttons' }, open, opener),
      openProblem,
    ),
    element(
      'section',
      { 'aria-labelledby': 'classes' },
      element('h2', { id: 'classes' }, '1. Classes'),
      list,
      element('div', { class: 'buttons' }, addClass),
    ),
    element(
      'section',
      { 'aria-labelledby': 'train' },
      element('h2', { id: 'train' }, '2. Train'),
      element('div', { role: 'status' }, hints),
      element('p', {}, element('label', { for: 'steps' }, 'Steps '), steps),
      element('div', { class: 'buttons' }, train, more, stop),
      trainProblem,
      chart.root,
      result,
    ),
    trying.root,
    keeping,
  );
  newClass('');
  newClass('');
  page.dataset['ready'] = 'true';
  // what goes wrong is said when somebody records
  prepareMicrophone().catch(() => {});
} catch (error) {
  page.replaceChildren(
    element('h1', {}, 'This page cannot start'),
    element('p', { class: 'problem', role: 'alert' }, wordsFor(error)),
    element('button', { type: 'button', onclick: () => location.reload() }, 'Try again'),
  );
}

opener.addEventListener('change', () => {
  const [chosen] = opener.files ?? [];
  opener.value = '';
  if (chosen) void reopen(chosen);
});

function newClass(label: string): ClassCard {
  const card = classCard(computer, label, {
    onChange: changed,
    onRemove(removed) {
      void computer.forget(removed.taught().ids);
      cards.splice(cards.indexOf(removed), 1);
      removed.root.remove();
      changed();
      addClass.focus();
    },
  });
  cards.push(card);
  list.append(card.root);
  return card;
}

let judging = 0;
/** Something is another than when it was trained. */
function changed(): void {
  isAsTrained = false;
  more.hidden = true;
  const classes = cards.map((card) => card.taught());
  isUnsaved ||= classes.some(({ ids }) => ids.length > 0);
  const round = ++judging;
  void computer.judge(classes).then(({ refused, warned }) => {
    if (round !== judging) return;
    const named = [...nameProblems(), ...refused.filter((text) => !text.startsWith('""'))];
    hints.replaceChildren(
      ...named.map((text) => element('li', {}, text)),
      ...warned.map((text) => element('li', { class: 'about' }, text)),
    );
  });
}

function nameProblems(): readonly string[] {
  const names = cards.map(({ name }) => name.value.trim());
  const doubled = names.find((name, place) => name !== '' && names.indexOf(name) !== place);
  const unnamed = names.filter((name) => name === '').length;
  return [
    ...(unnamed > 0
      ? [unnamed === 1 ? 'One class has no name. Name it, or remove it.' : `${unnamed} classes have no name. Name them, or remove them.`]
      : []),
    ...(doubled === undefined ? [] : [`Two classes are called "${doubled}". Give each a name of its own.`]),
  ];
}

function showEvent(event: TeachEvent): void {
  if (event.kind === 'fetched') {
    arriving.hidden = event.what === undefined;
    if (event.what === undefined) return;
    const { what, done, total } = event;
    const words = `Fetching ${what}. Classes can be recorded meanwhile.`;
    if (arrived.textContent !== words) arrived.textContent = words;
    amount.textContent = line({ what, done, total, unit: 'bytes' }, performance.now() / 1000);
    if (total === undefined) bar.removeAttribute('value');
    else [bar.max, bar.value] = [total, done];
  } else if (event.kind === 'heard') {
    result.textContent = `Computing what the recordings sound like: ${event.done} of ${event.total} …`;
  } else chart.add(event);
}

function tell(place: HTMLElement, words: string | undefined): void {
  place.textContent = words ?? '';
  place.hidden = words === undefined;
}

function freeze(isFrozen: boolean): void {
  isTraining = isFrozen;
  for (const card of cards) card.freeze(isFrozen);
  trying.freeze(isFrozen);
  for (const control of [addClass, open, train, more, save, steps]) control.disabled = isFrozen;
  stop.hidden = !isFrozen;
}

async function learn(isMore: boolean): Promise<void> {
  tell(trainProblem, undefined);
  const classes = cards.map((card) => card.taught());
  const { refused } = await computer.judge(classes);
  const names = nameProblems();
  const count = steps.valueAsNumber;
  const problems = names.length > 0 ? names : refused;
  if (problems.length > 0) return tell(trainProblem, problems.join(' '));
  if (!Number.isInteger(count) || count < 1 || count > 10_000)
    return tell(trainProblem, 'Steps are a whole number from 1 to 10,000; 300 are usual.');
  freeze(true);
  result.textContent = 'Computing what the recordings sound like …';
  chart.clear(count);
  stop.focus();
  try {
    const trained = await computer.train(classes, { steps: count, more: isMore && isAsTrained });
    isAsTrained = true;
    isUnsaved = true;
    show(trained);
  } catch (error) {
    result.replaceChildren();
    tell(trainProblem, wordsFor(error));
  } finally {
    freeze(false);
    (isAsTrained ? more : train).focus();
  }
}

function show({ step, wasStopped, accuracy, heldOut, seconds }: Trained): void {
  const labels = cards.map((card) => card.taught().label);
  const right = heldOut.filter(({ label, prediction }) => label === prediction).length;
  const ids = new Set(heldOut.map(({ id }) => id));
  for (const card of cards) card.markHeldOut(ids);
  result.replaceChildren(
    element(
      'p',
      { class: 'verdict', 'data-accuracy': accuracy, 'data-step': step },
      `${right} of ${heldOut.length} recordings kept out are recognised: ${percent(accuracy)}`,
    ),
    element(
      'p',
      { class: 'about' },
      `${wasStopped ? 'Stopped after' : 'After'} ${step} steps in ${duration(seconds)}; guessing gives ${percent(1 / labels.length)}. With so few recordings kept out the figure is rough.`,
    ),
    confusionTable(labels, heldOut),
  );
  more.hidden = false;
  trying.root.hidden = false;
  trying.clear();
  keeping.hidden = false;
  saved.textContent = '';
}

async function download(): Promise<void> {
  save.disabled = true;
  try {
    const { name, bytes } = await computer.pack({ withRecordings: withRecordings.checked });
    saveFile(name, bytes, 'application/zip');
    saved.textContent = `${name}, ${(bytes.length / 1e6).toFixed(1)} MB, went to your downloads.`;
    if (withRecordings.checked && isAsTrained) isUnsaved = false;
  } catch (error) {
    saved.textContent = wordsFor(error);
  } finally {
    save.disabled = false;
    save.focus();
  }
}

async function reopen(file: File): Promise<void> {
  tell(openProblem, undefined);
  if (isUnsaved && !confirm('What is in this page now has not been downloaded. Replace it by the file?')) return;
  freeze(true);
  try {
    const { classes, trained } = await computer.reopen(file);
    for (const card of cards.splice(0)) card.root.remove();
    for (const { label, recordings } of classes) newClass(label).add(recordings);
    await Promise.resolve();
    isAsTrained = true;
    isUnsaved = false;
    show(trained);
    changedNothing();
  } catch (error) {
    tell(openProblem, wordsFor(error));
  } finally {
    freeze(false);
    open.focus();
  }
}

/** Cards that are made anew say that something has changed; after a file was opened nothing has. */
function changedNothing(): void {
  changed();
  isAsTrained = true;
  isUnsaved = false;
  more.hidden = false;
}
