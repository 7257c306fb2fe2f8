import type { Computer } from '../computer.ts';
import { element, shortNumber } from '../element.ts';
import type { Opened, Predicted } from '../protocol.ts';
import { isClassification, isScored, labelElements, scoreElements } from './classification.ts';
import { knownLabels } from './known-labels.ts';
import { predictionInput } from './prediction-input.ts';
import { saveButtons } from './save-buttons.ts';
import { segmentsIn } from './segments-in.ts';
import { timelineElements } from './timeline.ts';
import { type Hypothesis, textElements } from './transcription.ts';

/** What a task of another kind says of a recording, by the shape of its prediction: a number, a text, labels, segments, several of them by name; else as JSON. */
export function predictionView(computer: Computer, opened: Opened): HTMLElement {
  return predictionInput(
    computer,
    opened,
    { id: 'what-the-model-says', title: 'What does the model say?', about: knownLabels(opened) },
    ({ prediction, seconds, text }) => [
      ...predictionElements(prediction, seconds),
      ...saveButtons('prediction', savable(prediction, text)),
    ],
  );
}

function predictionElements(prediction: unknown, seconds: number): readonly HTMLElement[] {
  return knownElements(prediction, seconds) ?? namedElements(prediction, seconds) ?? [jsonElement(prediction)];
}

/** undefined for what has no shape that is known here. */
function knownElements(prediction: unknown, seconds: number): readonly HTMLElement[] | undefined {
  if (typeof prediction === 'number') return [element('p', { class: 'verdict', 'data-value': prediction }, shortNumber(prediction))];
  if (typeof prediction === 'boolean') return [element('p', { class: 'verdict' }, prediction ? 'Yes' : 'No')];
  if (typeof prediction === 'string') return textElements([{ text: prediction }]);
  if (isClassification(prediction)) return labelElements([prediction]);
  if (isScored(prediction)) return scoreElements([prediction]);
  if (!Array.isArray(prediction)) return undefined;
  if (prediction.length === 0) return [element('p', { class: 'verdict' }, 'Nothing was found in this recording.')];
  const segments = segmentsIn(prediction, seconds);
  if (segments) return timelineElements(segments, seconds, { noun: 'Label', isSaved: true });
  if (prediction.every(isClassification)) return labelElements(prediction);
  if (prediction.every(isScored)) return scoreElements(prediction);
  if (prediction.every(isHypothesis)) return textElements(prediction);
  if (prediction.every((one) => typeof one === 'string')) return [element('ul', {}, ...prediction.map((one) => element('li', {}, one)))];
  return undefined;
}

/** Several results under their names, where at least one of them is known. */
function namedElements(prediction: unknown, seconds: number): readonly HTMLElement[] | undefined {
  if (typeof prediction !== 'object' || prediction === null || Array.isArray(prediction) || ArrayBuffer.isView(prediction))
    return undefined;
  const shown = Object.entries(prediction).map(([name, value]) => ({ name, value, known: knownElements(value, seconds) }));
  if (!shown.some(({ known }) => known)) return undefined;
  return shown.flatMap(({ name, value, known }) => [element('h3', {}, name), ...(known ?? [jsonElement(value)])]);
}

function jsonElement(value: unknown): HTMLElement {
  const numbers = ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value;
  const isFlat = Array.isArray(numbers) && numbers.every((one) => typeof one === 'number');
  return element(
    'pre',
    { tabIndex: 0, role: 'region', 'aria-label': 'Prediction', class: isFlat ? 'numbers' : '' },
    isFlat ? JSON.stringify(numbers).replaceAll(',', ', ') : jsonOf(value),
  );
}

const jsonOf = (value: unknown) =>
  JSON.stringify(value, (_, inner: unknown) => (ArrayBuffer.isView(inner) ? Array.from(inner as Float32Array) : inner), 1) ?? String(value);

/** The field's format where the task has one, and JSON of what is more than a word. */
function savable(prediction: unknown, text: Predicted['text']): readonly NonNullable<Predicted['text']>[] {
  const json = typeof prediction === 'object' && prediction !== null ? [{ format: 'json', content: `${jsonOf(prediction)}\n` }] : [];
  return text ? [text, ...json] : json;
}

const isHypothesis = (one: unknown): one is Hypothesis => typeof (one as Partial<Hypothesis> | null)?.text === 'string';
