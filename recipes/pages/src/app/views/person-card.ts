import type { Computer } from '../computer.ts';
import { element } from '../element.ts';
import { recordingInput } from '../recordings/recording-input.ts';

/** A person with the voices that were given of them. */
export interface PersonCard {
  readonly root: HTMLElement;
  readonly name: HTMLInputElement;
  /** one for each recording that the person gave */
  readonly voices: Float32Array[];
  /** Takes voices from a file. */
  readonly add: (voices: readonly Float32Array[]) => void;
}

/**
 * @param told.nameOf what the person is called
 * @param told.isHere whether the person has not been forgotten
 * @param told.onChange a voice was added, or the person renamed
 * @param told.onForget the person is to go
 */
export function personCard(
  computer: Computer,
  number: number,
  told: {
    readonly nameOf: (person: PersonCard) => string;
    readonly isHere: (person: PersonCard) => boolean;
    readonly onChange: () => void;
    readonly onForget: (person: PersonCard) => void;
  },
): PersonCard {
  const name = element('input', {
    type: 'text',
    value: `Person ${number}`,
    'aria-label': `Name of person ${number}`,
    maxLength: 60,
    autocomplete: 'off',
    oninput: () => show(),
  });
  const voices: Float32Array[] = [];
  const count = element('p', { class: 'about', role: 'status' });
  const remove = element('button', { type: 'button', class: 'forget', onclick: () => told.onForget(person) });
  const { root, describe } = recordingInput(computer, `Voice ${number}`, async ({ input }) => {
    const { prediction } = await computer.predict(input, {});
    // forgotten while it was heard
    if (!told.isHere(person)) return;
    voices.push(prediction as Float32Array);
    show();
  });
  const person: PersonCard = {
    root,
    name,
    voices,
    add(more) {
      if (more.length === 0) return;
      voices.push(...more);
      describe('From a file; recordings may be added.');
      show();
    },
  };
  root.querySelector('h3')?.after(element('div', { class: 'name' }, name, remove));
  root.append(count);
  show();
  return person;

  function show(): void {
    const isEnrolled = voices.length > 0;
    count.textContent = isEnrolled
      ? `Enrolled with ${voices.length} recording${voices.length === 1 ? '' : 's'}; more of them make it surer.`
      : 'Not enrolled.';
    remove.textContent = isEnrolled ? 'Forget' : 'Remove';
    remove.setAttribute('aria-label', `${remove.textContent} ${told.nameOf(person)}`);
    root.dataset['voices'] = String(voices.length);
    told.onChange();
  }
}
