import { wordsFor } from '../calls/told-error.ts';
import type { Computer } from '../computer.ts';
import { download, element } from '../element.ts';
import type { Voices } from '../protocol.ts';

/** Keeps enrolled voices from one visit to the next, in a file of the user, and forgets them. */
export function voiceKeeping(
  computer: Computer,
  enrolled: {
    readonly people: () => readonly Voices[];
    readonly add: (people: readonly Voices[]) => void;
    readonly forget: () => void;
  },
): {
  readonly root: HTMLElement;
  /** Somebody was enrolled or forgotten. */
  readonly changed: () => void;
  /** Says that one person was forgotten. */
  readonly forgot: (name: string) => void;
} {
  const file = element('input', { type: 'file', accept: '.json,application/json', class: 'unseen', tabIndex: -1, 'aria-hidden': 'true' });
  const save = element('button', { type: 'button', onclick: () => void tell(saveVoices) }, 'Save the voices');
  const load = element('button', { type: 'button', onclick: () => file.click() }, 'Load voices');
  const forget = element('button', { type: 'button', onclick: () => void tell(forgetVoices) }, 'Forget everybody');
  const said = element('p', { class: 'about', role: 'status' });
  const problem = element('p', { class: 'problem', role: 'alert', hidden: true });

  file.addEventListener('change', () => {
    const [chosen] = file.files ?? [];
    // the same file again is a choice, too
    file.value = '';
    if (chosen) void tell(() => loadVoices(chosen));
  });

  async function tell(work: () => Promise<string>): Promise<void> {
    problem.hidden = true;
    said.textContent = '';
    try {
      said.textContent = await work();
    } catch (error) {
      problem.textContent = wordsFor(error);
      problem.hidden = false;
    }
  }

  /** names in files that this page has saved or loaded, which keep them */
  const inFiles = new Set<string>();

  async function saveVoices(): Promise<string> {
    const people = enrolled.people();
    download('voices.json', await computer.voicesText(people), 'application/json');
    for (const { name } of people) inFiles.add(name);
    return `The ${countOf(people)} went to your downloads as voices.json, and nowhere else.`;
  }

  async function loadVoices(chosen: File): Promise<string> {
    const people = await computer.openVoices(chosen);
    enrolled.add(people);
    for (const { name } of people) inFiles.add(name);
    return `The ${countOf(people)} ${people.length === 1 ? 'was' : 'were'} loaded.`;
  }

  async function forgetVoices(): Promise<string> {
    enrolled.forget();
    load.focus();
    return 'This page has forgotten all voices. Files that you saved are yours to delete.';
  }

  return {
    root: element(
      'section',
      { class: 'keeping', 'aria-labelledby': 'keep-voices' },
      element('h3', { id: 'keep-voices' }, 'Keep the voices for another time'),
      element(
        'p',
        { class: 'about' },
        'The file holds names and what the model makes of each voice, not the recordings. It stays on this device; whoever you give it to can tell whether a recording is of one of these people. Only this model can use it.',
      ),
      element('div', { class: 'buttons' }, save, load, forget, file),
      said,
      problem,
    ),
    forgot(name) {
      const others = enrolled.people().length > 0 ? 'Save the voices again for a file without it, and delete' : 'Delete';
      said.textContent = `This page has forgotten the voice of ${name}.${inFiles.has(name) ? ` A file that was saved before still has it: ${others.charAt(0).toLowerCase()}${others.slice(1)} the old one.` : ''}`;
      problem.hidden = true;
    },
    changed() {
      const isEmpty = enrolled.people().length === 0;
      for (const button of [save, forget]) button.disabled = isEmpty;
    },
  };
}

const countOf = (people: readonly Voices[]) => (people.length === 1 ? 'voice of one person' : `voices of ${people.length} people`);
