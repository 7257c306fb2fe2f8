import {
  audioDataset,
  categoryBalancedSampler,
  classIds,
  dataLoader,
  fixedBatchSampler,
  type SpeakerUtterance,
  utteranceBatch,
} from '@s3/dataio';
import { type BuildContext, type DataLoader, InputError, type LabelEncoder, settingPath, settingsLike, withDefaults } from '@s3/interface';
import type { SpeakerBatch } from '@s3/task-asv';
import { z } from 'zod';
import type { EvaluationContext } from './evaluation-batches.ts';
import { atAllSpeeds, trainingCrops } from './training-crops.ts';

export const trainBatchSettings = withDefaults(fixedBatchSampler.config, { batchSize: 128, shuffle: true, dropLast: true }).extend({
  distinctSpeakers: z
    .boolean()
    .default(true)
    .describe(
      'full batches without a speaker twice, or none more than its share where there are fewer speakers; shuffle and dropLast then mean nothing',
    ),
});

export interface TrainingData {
  readonly utterances: readonly SpeakerUtterance[];
  readonly speakers: LabelEncoder<string>;
  /** factors beside 1 */
  readonly speeds: readonly number[];
  readonly data: z.output<typeof audioDataset.config>;
  readonly batches: z.output<typeof trainBatchSettings>;
}

/**
 * Training crops of one length with their speakers, at every speed.
 *
 * @throws InputError as `audioDataset`, and where no length of crops is set
 */
export async function trainingBatches(
  { utterances, speakers, speeds, data, batches }: TrainingData,
  context: EvaluationContext & BuildContext,
): Promise<DataLoader<SpeakerBatch>> {
  const { minSamples = 1, ...wiring } = context;
  const { distinctSpeakers, ...fixed } = batches;
  if (data.maxSeconds === null) {
    throw new InputError(settingPath(data, 'maxSeconds'), 'null', 'the length of training crops in seconds', 'Set it, such as to 3.');
  }
  const samples = Math.round(data.maxSeconds * data.sampleRate);
  if (samples < minSamples) {
    const expected = `at least ${(minSamples / data.sampleRate).toFixed(3)} s, the model's reach`;
    throw new InputError(settingPath(data, 'maxSeconds'), `${data.maxSeconds} s`, expected, 'Crop less.');
  }
  // what is spoken faster takes more of the recording
  const maxSeconds = data.maxSeconds * Math.max(1, ...speeds);
  const recordings = await audioDataset(
    { ...wiring, utterances: atAllSpeeds(utterances, { speeds }) },
    settingsLike(data, { ...data, maxSeconds }),
    context,
  );
  const dataset = trainingCrops(recordings, { sampleRate: data.sampleRate, samples });
  return dataLoader({
    dataset: { ...dataset, workers: recordings.workers },
    sampler: distinctSpeakers
      ? categoryBalancedSampler(
          { labels: recordings.utterances.map(({ speaker }) => speaker) },
          settingsLike(batches, { batchSize: batches.batchSize }),
          context,
        )
      : fixedBatchSampler(dataset, settingsLike(batches, fixed), context),
    collate: (items) => ({
      ...utteranceBatch(items),
      speakers: classIds(
        speakers,
        items.map(({ speaker }) => speaker),
      ),
    }),
  });
}
