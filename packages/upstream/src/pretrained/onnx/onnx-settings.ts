import { z } from 'zod';

/** What has to be known of an ONNX file to use it as an upstream. */
export const onnxSettings = z.strictObject({
  input: z.string().min(1).default('waveforms').describe("the model's input of waveforms, (batch, samples) or (samples)"),
  mask: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe("the model's input of 1 for each frame of the utterance, (batch, frames), where it has one"),
  outputs: z
    .array(z.string().min(1))
    .min(1)
    .nullable()
    .default(null)
    .describe("the model's outputs that are layers, the lowest first, each (batch, frames, features); null: all of them, in their order"),
  sampleRate: z.int().positive().default(16_000).describe('Hz of the waveforms'),
  downsampleRate: z.int().positive().default(320).describe('samples from one frame to the next'),
  windowSamples: z.int().positive().default(400).describe('samples that a frame sees; says with a mask how many frames there are'),
  normalizeWaveform: z.boolean().default(false).describe('bring each waveform to mean 0 and variance 1 first'),
});

export type OnnxSettings = z.output<typeof onnxSettings>;
