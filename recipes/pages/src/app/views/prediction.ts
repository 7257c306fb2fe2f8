import type { Computer } from '../computer.ts';
import { element } from '../element.ts';
import type { Opened } from '../protocol.ts';
import { recordingInput } from '../recording-input.ts';

/** What a task of another kind says of a recording, as it is. */
export function predictionView(computer: Computer, _opened: Opened): HTMLElement {
  const result = element('pre', { class: 'result', role: 'status' });
  const { root } = recordingInput(computer, 'Recording', async ({ input }) => {
    const { prediction } = await computer.predict(input, {});
    result.textContent = JSON.stringify(ArrayBuffer.isView(prediction) ? Array.from(prediction as Float32Array) : prediction, null, 1);
  });
  return element('section', {}, root, result);
}
