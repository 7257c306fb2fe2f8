// The real parts, put together wrongly: each is refused by the compiler. Checked by `tsc`.
import { dataLoader, fixedBatchSampler, utteranceBatch } from '@s3/dataio';
import { ecapaTdnn, frameLinear, superbXvector } from '@s3/downstream';
import { weightedSum } from '@s3/featurizer';
import { connect, type DataLoader, type Dataset, defineProblem, type FrameModel, type LabelEncoder, type Upstream } from '@s3/interface';
import { type SpeakerBatch, speakerVerification, type UtteranceBatch } from '@s3/task-asv';
import superbAsv from './recipe.ts';

declare const upstream: Upstream;
declare const speakers: LabelEncoder<string>;
declare const frameModel: FrameModel;
declare const speakerBatches: DataLoader<SpeakerBatch>;
declare const utteranceBatches: DataLoader<UtteranceBatch>;
declare const recordings: Dataset<{ readonly id: string; readonly waveform: Float32Array }>;

const featurizer = weightedSum(upstream.layers);
const model = connect(upstream, featurizer, superbXvector(featurizer.output));
const task = speakerVerification({ model, speakers });

// @ts-expect-error the task needs one vector per utterance, this model gives one per frame
speakerVerification({ model: connect(upstream, featurizer, frameModel), speakers });
// @ts-expect-error the featurizer is built from layer specs, not from the upstream
weightedSum(upstream);
// @ts-expect-error the x-vector is built from one frame spec, not from all layers
superbXvector(upstream.layers);
// @ts-expect-error misspelt setting
superbXvector(featurizer.output, { hiddenSizes: 512 });
// @ts-expect-error these batches have no speakers to train on
task.train.over(utteranceBatches);
// @ts-expect-error verification is judged on trials, which are missing
task.test.over(utteranceBatches);
// @ts-expect-error recordings have waveforms and ids, but no speakers
task.train.over(dataLoader({ dataset: recordings, sampler: fixedBatchSampler(recordings), collate: utteranceBatch }));

const [train, test] = [task.train.over(speakerBatches), task.test.over(utteranceBatches, [])];
defineProblem({ train, tests: { test }, best: { metric: 'eer', order: 'min' } });
// @ts-expect-error speaker verification reports no word error rate
defineProblem({ train, tests: { test }, best: { metric: 'wer', order: 'min' } });

superbAsv.with({ downstream: ecapaTdnn });
// @ts-expect-error a frame model cannot stand in for the x-vector
superbAsv.with({ downstream: frameLinear });
