import { InputError } from '@s3/interface';
import { measureWaveform, readWaveform, type WaveformRequest } from './read-waveform.ts';

/** A batch of work for one thread: waveforms, or only their lengths. */
export interface WorkerJob {
  readonly want: 'waveforms' | 'lengths';
  readonly requests: readonly WaveformRequest[];
}

/** What became of one request. Errors travel as plain data: classes do not survive the way between threads. */
export type Outcome =
  | { readonly waveform: Float32Array<ArrayBuffer> }
  | { readonly length: number }
  | { readonly refused: { readonly where: string; readonly found: string; readonly expected: string; readonly remedy: string } }
  | { readonly broken: string };

/** Does a batch of work, in order; one bad file does not spoil the others. */
export async function doWorkerJob({ want, requests }: WorkerJob): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const request of requests) {
    try {
      outcomes.push(want === 'waveforms' ? { waveform: await readWaveform(request) } : { length: await measureWaveform(request) });
    } catch (error) {
      outcomes.push(describe(error));
    }
  }
  return outcomes;
}

function describe(error: unknown): Outcome {
  if (error instanceof InputError) {
    const { where, found, expected, remedy } = error;
    return { refused: { where, found, expected, remedy } };
  }
  return { broken: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
