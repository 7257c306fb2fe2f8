import { ToldError } from '../calls/told-error.ts';
import type { Computer } from '../computer.ts';
import { duration, element } from '../element.ts';
import type { Opened } from '../protocol.ts';
import { type PredictionSettings, predictionInput } from './prediction-input.ts';
import { saveButtons } from './save-buttons.ts';
import { timelineElements } from './timeline.ts';

interface Turn {
  readonly speaker: string;
  readonly startSeconds: number;
  readonly endSeconds: number;
}

/** Who speaks when in a recording of any length. */
export function diarizationView(computer: Computer, opened: Opened): HTMLElement {
  return predictionInput(
    computer,
    opened,
    {
      id: 'who-when',
      title: 'Who speaks when?',
      settings: opened.page.speakerModel ? speakersInput(opened.page.speakerModel.name) : undefined,
    },
    ({ prediction, seconds, text }) => {
      const turns = prediction as readonly Turn[];
      if (turns.length === 0) return [element('p', { class: 'verdict' }, 'Nobody speaks in this recording.')];
      const speakers = [...new Set(turns.map(({ speaker }) => speaker))].sort();
      const name = (speaker: string) => `Speaker ${speakers.indexOf(speaker) + 1}`;
      const spoken = (speaker: string) =>
        turns.filter((turn) => turn.speaker === speaker).reduce((sum, { startSeconds, endSeconds }) => sum + endSeconds - startSeconds, 0);
      const segments = turns.map(({ speaker, startSeconds, endSeconds }) => ({ label: name(speaker), startSeconds, endSeconds, more: {} }));
      return [
        element('p', { class: 'verdict' }, `${speakers.length} speaker${speakers.length === 1 ? '' : 's'}`),
        element('p', { class: 'about' }, speakers.map((speaker) => `${name(speaker)}: ${duration(spoken(speaker))}`).join('; ')),
        ...timelineElements(segments, seconds, { noun: 'Speaker', isSaved: text !== undefined, labels: speakers.map(name) }),
        ...saveButtons('who-speaks-when', text ? [text] : []),
      ];
    },
  );
}

/** How many speakers there are, where a speaker model tells them apart: the model that says who speaks when knows only some at once. */
function speakersInput(model: string): PredictionSettings {
  const input = element('input', { type: 'number', id: 'speakers', min: 1, max: 100, step: 1 });
  return {
    root: element(
      'div',
      {},
      element('label', { for: 'speakers' }, 'Speakers in the recording '),
      input,
      element('p', { class: 'about' }, `Told apart by ${model}. As many as the model hears at once, unless you say how many there are.`),
    ),
    options() {
      if (input.value === '' && input.validity.valid) return {};
      if (!input.validity.valid)
        throw new ToldError('Speakers in the recording: found no whole number from 1 to 100. Write one, or leave it empty.');
      return { speakers: input.valueAsNumber };
    },
    onChange: (told) => input.addEventListener('change', told),
  };
}
