import { type DataLoader, type Embeddings, InputError, outputsOf, type WaveformModel, type Waveforms } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import { type JudgeOptions, judgeTrials, type TrialsLog } from './metrics/judge-trials.ts';
import type { Embedding } from './scoring/embedding-rows.ts';
import { type ScoreOptions, scoreTrials, type Trial } from './scoring/score-trials.ts';

/** Utterances to embed; consecutive rows of one id are segments of one utterance. */
export interface UtteranceBatch {
  readonly waveforms: Waveforms;
  /** (batch,) utterance ids, as the trials name them */
  readonly utterances: readonly string[];
}

/** How embeddings are extracted. */
export interface ExtractOptions {
  /** embeddings of length 1; false unless said, since their length is a measure of quality */
  readonly normalize?: boolean;
  /** the mean over the segments of an utterance instead of all of them; false unless said */
  readonly average?: boolean;
  readonly onProgress?: (label: string, done: number, total: number) => void;
  /** stops before the next batch */
  readonly signal?: AbortSignal;
}

/** An embedded utterance. */
export interface ExtractedEmbedding {
  readonly id: string;
  /** one for each segment; a single one for a whole utterance, and when they are averaged */
  readonly segments: readonly Float32Array[];
}

/**
 * Embeds utterances, each id once, batch by batch.
 *
 * ESPnet normalises the batch that is left over and no other; here all are alike.
 *
 * @param model gives one embedding for each row of a batch
 * @param batches an utterance's segments lie in one batch, side by side; ids that come again are passed over
 * @throws InputError when the segments of an utterance are torn apart
 */
export async function* extractEmbeddings(
  model: Pick<WaveformModel<Embeddings>, 'prepare' | 'forward'>,
  batches: DataLoader<UtteranceBatch>,
  { normalize = false, average = false, onProgress, signal }: ExtractOptions = {},
): AsyncGenerator<ExtractedEmbedding> {
  const seen = new Set<string>();
  let done = 0;
  for await (const { waveforms, utterances } of batches.epoch(0)) {
    const { embeddings } = await outputsOf(model, waveforms, (input, mode) => {
      const given = model.forward(input, mode);
      return { embeddings: normalize ? (tf.div(given, tf.maximum(tf.norm(given, 2, 1, true), 1e-12)) as Embeddings) : given };
    }).finally(() => tf.dispose(waveforms.values));
    const begun = new Set<string>();
    for (let first = 0; first < utterances.length; ) {
      const id = utterances[first]!;
      let end = first + 1;
      while (utterances[end] === id) end++;
      if (begun.has(id)) {
        throw new InputError(
          `utterance '${id}'`,
          'its segments in several places of a batch',
          'side by side',
          'Order the batch by utterance.',
        );
      }
      begun.add(id);
      const segments = embeddings.slice(first, end);
      if (!seen.has(id)) yield { id, segments: average ? [meanOf(segments)] : segments };
      seen.add(id);
      first = end;
    }
    done += 1;
    onProgress?.('embedding', done, batches.length);
    if (signal?.aborted) return;
  }
}

function meanOf(segments: readonly Float32Array[]): Float32Array {
  if (segments.length === 1) return segments[0]!;
  return segments[0]!.map((_, feature) => segments.reduce((sum, segment) => sum + segment[feature]!, 0) / segments.length);
}

/**
 * Judges a model on trials of speakers that it was not trained on (open set).
 *
 * Closed-set figures say little of speaker models, which know utterances of their training speakers well. Each utterance is
 * embedded once, however many trials name it, and the batches are read once.
 *
 * @throws InputError when trials name utterances that no batch has (all at once), or trials of one kind are missing
 */
export async function validateOpenSet(
  model: Pick<WaveformModel<Embeddings>, 'prepare' | 'forward'>,
  batches: DataLoader<UtteranceBatch>,
  trials: readonly Trial[],
  { scoring, onProgress, signal, ...judging }: JudgeOptions & ScoreOptions & Pick<ExtractOptions, 'onProgress' | 'signal'>,
): Promise<TrialsLog> {
  const embeddings = new Map<string, Embedding>();
  const options = { ...(onProgress && { onProgress }), ...(signal && { signal }) };
  for await (const { id, segments } of extractEmbeddings(model, batches, options)) embeddings.set(id, segments);
  const scores = scoreTrials(trials, embeddings, scoring && { scoring });
  return judgeTrials(trials, scores, judging).log;
}
