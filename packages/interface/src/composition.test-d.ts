// Wrong compositions, each refused by the compiler. Checked by `tsc`: an expected error that is none is an error.
import { z } from 'zod';
import {
  connect,
  type DataLoader,
  defineComponent,
  definePhase,
  defineProblem,
  defineRecipe,
  defineTaskRecipe,
  type Featurizer,
  type FrameModel,
  type FrameSpec,
  type Log,
  type Upstream,
  type UtteranceModel,
} from './index.ts';
import { type ToyBatch, toyFeaturizer, toyFrameModel, toyPooling, toyTask, toyUpstream } from './toy-parts.fixture.ts';

declare const upstream: Upstream;
declare const featurizer: Featurizer;
declare const frameModel: FrameModel;
declare const utteranceModel: UtteranceModel;
declare const batches: DataLoader<ToyBatch>;
declare const otherBatches: DataLoader<{ readonly texts: readonly string[] }>;

// model kind against task
const task = toyTask({ model: connect(upstream, featurizer, utteranceModel) });
// @ts-expect-error a frame model gives one vector per frame, the task needs one per utterance
toyTask({ model: connect(upstream, featurizer, frameModel) });
// @ts-expect-error the downstream alone does not take waveforms
toyTask({ model: utteranceModel });

// wiring
// @ts-expect-error the featurizer is built from layer specs, not from the upstream
toyFeaturizer(upstream);
// @ts-expect-error the downstream is built from one frame spec, not from all layers
toyPooling(upstream.layers);
// @ts-expect-error parts in the wrong order
connect(featurizer, upstream, utteranceModel);

// batches against phase
const train = task.train.over(batches);
const test = task.test.over(batches);
// @ts-expect-error no waveforms in these batches
task.train.over(otherBatches);
const judged = definePhase({
  prepare: async (_batch: ToyBatch) => 0,
  step: () => ({ ids: ['a'] }),
  collect: (fields) => fields,
  reduce: ({ ids }, reference: readonly string[]) => ({ log: { right: ids.length - reference.length } }),
});
judged.over(batches, ['a']);
// @ts-expect-error this phase judges against a reference, which is missing
judged.over(batches);

// metrics and splits
defineProblem({ train, tests: { all: test }, best: { metric: 'error', order: 'min' } });
// @ts-expect-error this task reports no word error rate
defineProblem({ train, tests: { all: test }, best: { metric: 'wer', order: 'min' } });
// @ts-expect-error the validation set belongs to another task
defineProblem({ train, valid: judged.over(batches, []), tests: { all: test }, best: { metric: 'error', order: 'min' } });

// settings
// @ts-expect-error misspelt setting
toyPooling({ size: 1, downsampleRate: 1 }, { outputsize: 3 });
// @ts-expect-error wrong type
toyPooling({ size: 1, downsampleRate: 1 }, { outputSize: '3' });

// exchanging parts of a recipe
const recipe = defineRecipe({
  name: 'toy',
  summary: '',
  parts: { upstream: toyUpstream, downstream: toyPooling },
  settings: {},
  prepare: async () => ({ train: [], tests: {} }),
  encode: () => ({}),
  buildTask: () => task,
  buildProblem: () => defineProblem({ train, tests: { all: test }, best: { metric: 'error', order: 'min' } }),
});
const otherPooling = defineComponent({
  name: 'other-pooling',
  config: z.object({ heads: z.int() }),
  build: (_input: FrameSpec, { heads }): UtteranceModel & { heads: number } => ({ ...utteranceModel, heads }),
});
const exchanged = recipe.with({ downstream: otherPooling });
exchanged.spec.parts.downstream({ size: 1, downsampleRate: 1 }, { heads: 2 });
// @ts-expect-error the settings are now those of the new part
exchanged.spec.parts.downstream({ size: 1, downsampleRate: 1 }, { outputSize: 2 });
// @ts-expect-error a frame model cannot stand in for an utterance model
recipe.with({ downstream: toyFrameModel });
// a part that the recipe awaits may be built at once
const late = defineComponent({ name: 'late', config: z.object({}), build: async (_: { readonly cacheDir: string }) => upstream });
const awaiting = defineTaskRecipe({ name: 'late', summary: '', parts: { upstream: late }, settings: {}, buildTask: () => task });
awaiting.with({ upstream: toyUpstream });
// @ts-expect-error the other way round nobody would wait
recipe.with({ upstream: late });
// @ts-expect-error the recipe has no such part
recipe.with({ downstreams: otherPooling });
// @ts-expect-error a log holds numbers
const log: Log = { wer: '12 %' };
void log;
