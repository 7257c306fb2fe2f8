import type { Computer } from '../computer.ts';
import { element, shortNumber } from '../element.ts';
import type { Opened } from '../protocol.ts';
import { isClassification, labelElements } from './classification.ts';
import { predictionInput } from './prediction-input.ts';
import { type Hypothesis, textElements } from './transcription.ts';

/** What a task of another kind says of a recording, by what its prediction is: a number, a text, labels; anything else as it is. */
export function predictionView(computer: Computer, opened: Opened): HTMLElement {
  return predictionInput(computer, opened, { id: 'what-the-model-says', title: 'What does the model say?' }, ({ prediction }) =>
    predictionElements(prediction),
  );
}

function predictionElements(prediction: unknown): readonly HTMLElement[] {
  if (typeof prediction === 'number') {
    return [element('p', { class: 'verdict', 'data-value': prediction }, shortNumber(prediction))];
  }
  if (typeof prediction === 'string') return textElements([{ text: prediction }]);
  if (isClassification(prediction)) return labelElements([prediction]);
  if (Array.isArray(prediction) && prediction.length > 0) {
    if (prediction.every(isClassification)) return labelElements(prediction);
    if (prediction.every(isHypothesis)) return textElements(prediction);
  }
  const plain = ArrayBuffer.isView(prediction) ? Array.from(prediction as Float32Array) : prediction;
  return [element('pre', { tabIndex: 0, 'aria-label': 'Prediction' }, JSON.stringify(plain, null, 1))];
}

const isHypothesis = (one: unknown): one is Hypothesis => typeof (one as Partial<Hypothesis> | null)?.text === 'string';
