/** The page: opens the checkpoint that lies beside it, and shows what its task can do. */
import { wordsFor } from './calls/told-error.ts';
import { startComputer } from './computer.ts';
import { element } from './element.ts';
import { progressLine } from './progress-line.ts';
import type { CallProgress, Opened } from './protocol.ts';
import { prepareMicrophone } from './recordings/microphone.ts';
import { viewsOf } from './views/views-of.ts';

const page = document.querySelector('main')!;
const engines = ['auto', 'webgpu', 'wasm', 'cpu'] as const;
const asked = new URLSearchParams(location.search);
const engine = engines.find((name) => name === asked.get('engine')) ?? 'auto';
const threads = Number.parseInt(asked.get('threads') ?? '', 10) || undefined;

const status = element('p', { class: 'status', role: 'status', 'aria-live': 'polite' });
// a number that changes ten times a second is not read out
const amount = element('span', { class: 'about' });
const bar = element('progress', { 'aria-label': 'Progress', hidden: true });
const line = progressLine();
const computer = startComputer(showProgress);

// a file that misses its place must not replace the page
for (const event of ['dragover', 'drop'] as const) addEventListener(event, (dropped) => dropped.preventDefault());

page.replaceChildren(element('h1', {}, 'S3'), status, amount, bar);
status.textContent = 'Starting …';
try {
  const opened = await computer.open({ engine, threads });
  const { title, views } = viewsOf(computer, opened);
  document.title = `${title}: ${opened.page.name}`;
  page.replaceChildren(head(title, opened), ...views, element('footer', {}, status, amount, bar));
  page.dataset['ready'] = 'true';
  // what goes wrong is said when somebody records
  prepareMicrophone().catch(() => {});
} catch (error) {
  page.replaceChildren(
    element('h1', {}, 'The checkpoint cannot be used'),
    element('p', { class: 'problem', role: 'alert' }, wordsFor(error)),
    element('button', { type: 'button', onclick: () => location.reload() }, 'Try again'),
  );
}

function head(title: string, { page: { name }, recipe, step, engine: { name: engineName, library, reason } }: Opened): HTMLElement {
  return element(
    'header',
    {},
    element('h1', {}, title),
    element('p', { class: 'about' }, `${name}: a checkpoint of ${recipe} after ${step.toLocaleString('en')} steps.`),
    element('p', { class: 'about' }, 'Everything is computed on this device; recordings do not leave it.'),
    element(
      'details',
      { class: 'about' },
      element('summary', {}, `Computes on ${engineName}`),
      element('p', { 'data-engine': engineName }, `${library}: ${reason}.`),
    ),
  );
}

function showProgress(progress: CallProgress | undefined): void {
  bar.hidden = progress === undefined;
  const what = progress ? `${progress.what} …` : '';
  if (status.textContent !== what) status.textContent = what;
  amount.textContent = progress ? line(progress, performance.now() / 1000) : '';
  if (!progress) return;
  if (progress.total === undefined) bar.removeAttribute('value');
  else {
    bar.max = progress.total;
    bar.value = progress.done;
  }
}
