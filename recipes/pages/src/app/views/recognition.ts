import { ToldError, wordsFor } from '../calls/told-error.ts';
import type { Computer } from '../computer.ts';
import { element } from '../element.ts';
import { listenToLatest } from '../recordings/latest-seconds.ts';
import type { Listening } from '../recordings/microphone.ts';
import { recordingInput } from '../recordings/recording-input.ts';
import { type PersonCard, personCard } from './person-card.ts';
import { answerOf } from './person-scores.ts';
import type { ThresholdInput } from './threshold-input.ts';
import { voiceKeeping } from './voice-keeping.ts';

const judgedSeconds = { windowSeconds: 3, hopSeconds: 1 };
/** loudness (root of the mean square) under which nobody speaks */
const quiet = 0.005;

const toBegin = 'Enrol people above, then listen.';

/** People enrolled by voice, and who of them is speaking: in a file, or live. */
export function recognitionView(computer: Computer, threshold: ThresholdInput): HTMLElement {
  let people: PersonCard[] = [];
  let numbered = 0;
  const enrolled = element('div', { class: 'pair people' });
  const add = element('button', { type: 'button', onclick: () => addPerson().name.focus() }, 'Add a person');
  // the scores change every second while it listens, and are not read out each time
  const said = element('p', { role: 'status' }, toBegin);
  const scores = element('ul', { class: 'bars' });
  const answer = element('div', { class: 'result' }, said, scores);
  const problem = element('p', { class: 'problem', role: 'alert', hidden: true });
  const live = element('button', { type: 'button', onclick: () => void toggle() }, 'Listen live');
  const known = () => people.filter(({ voices }) => voices.length > 0);
  const keeping = voiceKeeping(computer, {
    people: () => known().map((person) => ({ name: nameOf(person), voices: person.voices })),
    add(voices) {
      for (const { name, voices: own } of voices) {
        // the same file once more says nothing new of anybody
        const same = known().find(
          (each) => nameOf(each) === name && own.some((voice) => each.voices.some((other) => isSame(voice, other))),
        );
        const person = same ?? people.find((each) => each.voices.length === 0) ?? addPerson();
        person.name.value = name;
        person.add(own.filter((voice) => !person.voices.some((other) => isSame(voice, other))));
      }
    },
    forget() {
      stop();
      for (const { root } of people) root.remove();
      begin();
    },
  });

  begin();

  function begin(): void {
    people = [];
    numbered = 0;
    for (let index = 0; index < 3; index++) addPerson();
    say(toBegin);
  }

  function nameOf(person: PersonCard): string {
    return person.name.value.trim() || `Person ${people.indexOf(person) + 1}`;
  }

  function addPerson(): PersonCard {
    const person = personCard(computer, ++numbered, {
      nameOf,
      isHere: (card) => people.includes(card),
      onChange: keeping.changed,
      onForget: forget,
    });
    people.push(person);
    enrolled.append(person.root);
    return person;
  }

  /** Nothing of the person stays in the page, and the others stay as they are. */
  function forget(person: PersonCard): void {
    const place = people.indexOf(person);
    const wasEnrolled = person.voices.length > 0;
    const name = nameOf(person);
    people = people.filter((other) => other !== person);
    person.root.remove();
    person.voices.length = 0;
    if (people.length === 0) addPerson();
    if (wasEnrolled) {
      if (known().length === 0) stop();
      say(listening ? 'Listening …' : known().length > 0 ? 'Listen, or give a recording.' : toBegin);
      keeping.forgot(name);
    }
    // the button that had the focus is gone
    (people[Math.min(place, people.length - 1)]?.root.querySelector<HTMLElement>('.forget') ?? add).focus();
  }

  function say(words: string, isVerdict = false): void {
    // the same words again are no news
    if (said.textContent !== words) said.textContent = words;
    said.className = isVerdict ? 'verdict' : '';
    if (!isVerdict) scores.replaceChildren();
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
    requirePeople();
    const { words, bars } = answerOf(await judged(voice), threshold);
    say(words, true);
    scores.replaceChildren(...bars);
  }

  const file = recordingInput(computer, 'A recording of somebody', async ({ input }) => {
    requirePeople();
    await show((await computer.predict(input, {})).prediction as Float32Array);
  });
  file.buttons.append(live);

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
      listening = await listenToLatest(judgedSeconds, judge);
      live.textContent = 'Stop listening';
      say('Listening …');
    } catch (error) {
      refuse(error);
    } finally {
      live.disabled = false;
    }
  }

  function stop(): void {
    listening?.stop();
    listening = undefined;
    live.textContent = 'Listen live';
  }

  function refuse(error: unknown): void {
    problem.textContent = wordsFor(error);
    problem.hidden = false;
  }

  async function judge(samples: Float32Array, sampleRate: number): Promise<void> {
    if (Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length) < quiet) return say('Nobody speaks.');
    try {
      const { prediction } = await computer.predict({ name: 'what is heard', samples, sampleRate }, {});
      if (listening) await show(prediction as Float32Array);
    } catch (error) {
      stop();
      refuse(error);
    }
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
    element('div', { class: 'buttons' }, add),
    file.root,
    problem,
    answer,
    keeping.root,
  );
}

const isSame = (one: Float32Array, other: Float32Array) =>
  one.length === other.length && one.every((value, place) => value === other[place]);
