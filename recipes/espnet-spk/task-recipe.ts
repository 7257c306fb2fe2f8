import { withDefaults } from '@s3/interface';
import superbAsv from '@s3/superb-asv/task';
import { speakerVerification } from '@s3/task-asv';
import { namedUpstream } from '@s3/upstream';
import { speakerEncoder } from './src/speaker-encoder.ts';

/** What a checkpoint of ESPnet's speaker recipe is built of: SUPERB's wiring, with other parts. */
export default superbAsv.with(
  {
    upstream: withDefaults(namedUpstream, { name: 'mel', batching: 'independent' }),
    downstream: speakerEncoder,
    task: withDefaults(speakerVerification, {
      loss: 'aamsoftmax_sc_topk',
      margin: 0.3,
      scale: 30,
      scoring: 'euclidean',
      targetPrior: 0.05,
    }),
  },
  {
    name: 'espnet-spk',
    summary: 'Speaker embeddings with an angular margin on VoxCeleb1 or csv files, scored by equal error rate',
  },
);
