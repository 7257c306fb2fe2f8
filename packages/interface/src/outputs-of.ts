import * as tf from '@tensorflow/tfjs-core';
import { downloadFields } from './download-fields.ts';
import { inference, type Mode, type ModelInput, type WaveformModel } from './model.ts';
import type { Waveforms } from './sequences.ts';
import type { Fields, HostFields } from './task.ts';

/**
 * What a model gives of waveforms in evaluation, off the device: what a task's `predict` is made of.
 *
 * It prepares, steps and downloads as the trainer does with a batch, and leaves no tensors behind; the waveforms stay the caller's.
 *
 * @param step as that of a phase: tensors by name, of what the model says of its input
 * @throws WiringError for a tensor of more than two axes that comes without lengths
 */
export async function outputsOf<F extends Fields>(
  model: Pick<WaveformModel<unknown>, 'prepare'>,
  waveforms: Waveforms,
  step: (input: ModelInput, mode: Mode) => F,
): Promise<HostFields<F>> {
  const fields = await outputTensorsOf(model, waveforms, step);
  try {
    return await downloadFields(fields);
  } finally {
    tf.dispose(fields as never);
  }
}

/** The same on the device: tensors that the caller disposes. */
export async function outputTensorsOf<Tensors extends object>(
  model: Pick<WaveformModel<unknown>, 'prepare'>,
  waveforms: Waveforms,
  step: (input: ModelInput, mode: Mode) => Tensors,
): Promise<Tensors> {
  const input = await model.prepare(waveforms);
  try {
    return tf.tidy(() => step(input, inference) as never);
  } finally {
    // prepared waveforms are the caller's own
    if ('layers' in input) tf.dispose(input.layers.map((frames) => frames.values));
  }
}
