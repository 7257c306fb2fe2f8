import { z } from 'zod';
import { floor } from '../../features/kaldi-features.ts';
import { frameShift, windowSize } from '../../frame-grid.ts';
import type { Operations } from '../operations/operations.ts';

/** How networks of S3PRL's own that hear Kaldi's mel bands have them made, by the names in their checkpoints. */
export const kaldiInputSettings = z.object({
  feat_type: z.literal('fbank').default('fbank'),
  feat_dim: z.int().min(4).max(128),
  frame_length: z.literal(25).default(25),
  frame_shift: z.literal(10).default(10),
  cmvn: z.boolean().default(true),
});

/** Windows and frames of Kaldi's features. */
export const kaldiFrames = {
  windows: [{ taps: windowSize, stride: frameShift }],
  downsampleRate: frameShift,
  frames: (samples: number): number => Math.max(0, Math.floor((samples - windowSize) / frameShift) + 1),
} as const;

/** Waveforms (batch, samples) to Kaldi's log mel bands (batch, frames, bands), mostly normalized over the utterance; zero behind its end. */
export function kaldiInput<T>(
  operations: Operations<T>,
  waveforms: T,
  mask: T | undefined,
  { feat_dim: bins, cmvn }: z.output<typeof kaldiInputSettings>,
): T {
  return operations.stage(waveforms, 'no weights', (x) =>
    operations.scoped(() => {
      const bands = operations.kaldiMel(x, { bins, window: 'hamming', floor });
      if (cmvn) return operations.normalizeSteps(bands, mask, { deviation: 1e-10 });
      return mask === undefined ? bands : operations.maskSteps(bands, mask);
    }),
  );
}
