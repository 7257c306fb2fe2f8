import { ToldError, wordsFor } from '../calls/told-error.ts';
import type { Computer } from '../computer.ts';
import { element, shortNumber } from '../element.ts';
import { type Listening, listen } from '../microphone.ts';
import { recordingInput } from '../recording-input.ts';
import type { ThresholdInput } from './threshold-input.ts';
import { voiceKeeping } from './voice-keeping.ts';

interface Person {
  readonly root: HTMLElement;
  readonly name: HTMLInputElement;
  /** one for each recording that the person gave */
  readonly voices: Float32Array[];
  /** Says how many there are. */
  readonly show: () => void;
}

/** seconds that are judged at once, and how often */
const windowSeconds = 3;
const hopSeconds = 1;
/** loudness (root of the mean square) under which nobody speaks */
const quiet = 0.005;

/** People enrolled by voice, and who of them is speaking: in a file, or live. */
export function recognitionView(computer: Computer, threshold: ThresholdInput): HTMLElement {
  let people: Person[] = [];
  const enrolled = element('div', { class: 'pair people' });
  const add = element('button', { type: 'button', onclick: () => addPerson().name.focus() }, 'Add a person');
  const answer = element('div', { class: 'result', role: 'status', 'aria-live': 'polite' }, 'Enrol people above, then listen.');
  const problem = element('p', { class: 'problem', role: 'alert', hidden: true });
  const live = element('button', { type: 'button', onclick: () => void toggle() }, 'Listen');
  const known = () => people.filter(({ voices }) => voices.length > 0);
  const keeping = voiceKeeping(computer, {
    people: () => known().map((person) => ({ name: nameOf(person), voices: person.voices })),
    add(voices) {
      for (const { name, voices: own } of voices) {
        const person = people.find((each) => each.voices.length === 0) ?? addPerson();
        person.name.value = name;
        person.voices.push(...own);
        person.show();
      }
    },
    forget() {
      stop();
      for (const { root } of people) root.remove();
      people = [];
      for (let index = 0; index < 3; index++) addPerson();
      answer.textContent = 'Enrol people above, then listen.';
    },
  });

  for (let index = 0; index < 3; index++) addPerson();

  function nameOf(person: Person): string {
    return person.name.value.trim() || `Person ${people.indexOf(person) + 1}`;
  }

  function addPerson(): Person {
    const number = people.length + 1;
    const name = element('input', { type: 'text', value: `Person ${number}`, 'aria-label': `Name of person ${number}`, maxLength: 60 });
    const voices: Float32Array[] = [];
    const count = element('p', { class: 'about' });
    const { root } = recordingInput(computer, `Voice ${number}`, async ({ input }) => {
      voices.push((await computer.predict(input, {})).prediction as Float32Array);
      show();
    });
    function show(): void {
      count.textContent =
        voices.length === 0
          ? 'Not enrolled.'
          : `Enrolled with ${voices.length} recording${voices.length === 1 ? '' : 's'}; more of them make it surer.`;
      root.dataset['voices'] = String(voices.length);
      keeping.changed();
    }
    root.querySelector('h3')?.after(element('p', {}, name));
    root.append(count);
    const person = { root, name, voices, show };
    people.push(person);
    enrolled.append(root);
    show();
    return person;
  }

  /** Scores of a voice against each person: the mean over the person's recordings. */
  async function judged(voice: Float32Array): Promise<{ readonly name: string; readonly score: number }[]> {
    const all = known();
    const scores = await computer.scores(
      all.flatMap(({ voices }) => voices),
      voice,
    );
    let first = 0;
    return all.map((person) => {
      const own = scores.slice(first, first + person.voices.length);
      first += person.voices.length;
      return { name: nameOf(person), score: own.reduce((sum, score) => sum + score, 0) / own.length };
    });
  }

  async function show(voice: Float32Array): Promise<void> {
    answer.replaceChildren(...answerOf(await judged(voice), threshold));
  }

  const file = recordingInput(computer, 'A recording of somebody', async ({ input }) => {
    requirePeople();
    await show((await computer.predict(input, {})).prediction as Float32Array);
  });

  function requirePeople(): void {
    if (known().length === 0) throw new ToldError('Nobody is enrolled. Give a recording of at least one person first.');
  }

  let listening: Listening | undefined;

  async function toggle(): Promise<void> {
    if (listening) return stop();
    problem.hidden = true;
    live.disabled = true;
    try {
      requirePeople();
      await hear();
      live.textContent = 'Stop listening';
      answer.textContent = 'Listening …';
    } catch (error) {
      refuse(error);
    } finally {
      live.disabled = false;
    }
  }

  function stop(): void {
    listening?.stop();
    listening = undefined;
    live.textContent = 'Listen';
  }

  function refuse(error: unknown): void {
    problem.textContent = wordsFor(error);
    problem.hidden = false;
  }

  async function hear(): Promise<void> {
    let latest = new Float32Array(0);
    let since = 0;
    let isBusy = false;
    const opening = await listen((piece) => {
      const size = Math.round(windowSeconds * opening.sampleRate);
      const next = new Float32Array(Math.min(size, latest.length + piece.length));
      next.set(latest.subarray(Math.max(0, latest.length + piece.length - size)));
      next.set(piece, next.length - piece.length);
      latest = next;
      since += piece.length;
      if (isBusy || latest.length < size || since < hopSeconds * opening.sampleRate) return;
      since = 0;
      if (Math.sqrt(latest.reduce((sum, value) => sum + value * value, 0) / latest.length) < quiet) {
        answer.textContent = 'Nobody speaks.';
        return;
      }
      isBusy = true;
      void computer
        .predict({ name: 'what is heard', samples: latest, sampleRate: opening.sampleRate }, {})
        .then(({ prediction }) => (listening ? show(prediction as Float32Array) : undefined))
        .catch((error: unknown) => {
          stop();
          refuse(error);
        })
        .finally(() => {
          isBusy = false;
        });
    });
    listening = opening;
  }

  return element(
    'section',
    { 'aria-labelledby': 'who-is-it' },
    element('h2', { id: 'who-is-it' }, 'Who is speaking?'),
    element(
      'p',
      { class: 'about' },
      'Enrol people with a few seconds of their voice each. They are forgotten when the page is closed, unless you save their voices as a file on this device.',
    ),
    enrolled,
    element('div', { class: 'buttons' }, add, live),
    problem,
    answer,
    file.root,
    keeping.root,
  );
}

function answerOf(scores: readonly { readonly name: string; readonly score: number }[], threshold: ThresholdInput): HTMLElement[] {
  const at = threshold.value();
  const best = scores.reduce((one, other) => (other.score > one.score ? other : one));
  const isKnown = at !== undefined && best.score >= at;
  const words = isKnown ? best.name : at === undefined ? `Most like ${best.name}` : 'Somebody else';
  return [
    element('p', { class: 'verdict' }, words),
    element(
      'ul',
      { class: 'bars' },
      ...scores.map(({ name, score }) =>
        element(
          'li',
          { class: isKnown && name === best.name ? 'best' : '' },
          element('span', {}, name),
          element('meter', { min: -1, max: 1, value: score, 'aria-label': `Score of ${name}` }),
          element('span', {}, shortNumber(score)),
        ),
      ),
    ),
  ];
}
