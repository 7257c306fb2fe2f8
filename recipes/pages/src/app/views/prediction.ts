import type { Computer } from '../computer.ts';
import { element } from '../element.ts';
import type { Opened } from '../protocol.ts';
import { predictionInput } from './prediction-input.ts';

/** What a task of another kind says of a recording, as it is. */
export function predictionView(computer: Computer, opened: Opened): HTMLElement {
  return predictionInput(computer, opened, { id: 'what-the-model-says', title: 'What does the model say?' }, ({ prediction }) => [
    element(
      'pre',
      { tabIndex: 0 },
      JSON.stringify(ArrayBuffer.isView(prediction) ? Array.from(prediction as Float32Array) : prediction, null, 1),
    ),
  ]);
}
