export type { Communicator } from './communicator.ts';
export { type BuildContext, type Component, type ComponentOf, defineComponent, parseConfig, withDefaults } from './component.ts';
export type {
  BatchSampler,
  BatchShare,
  ChooseItems,
  Collate,
  Corpus,
  DataLoader,
  Dataset,
  LabelEncoder,
  Table,
  Tokenizer,
} from './data.ts';
export { downloadFields } from './download-fields.ts';
export type { EngineInfo, EngineName, SelectEngine } from './engine.ts';
export { ConfigError, InputError, S3Error, StateError, WiringError } from './errors.ts';
export {
  connect,
  type Downstream,
  type Featurizer,
  type FrameModel,
  type FrameSpec,
  type HiddenStateCache,
  inference,
  type Mode,
  type Model,
  type ModelInput,
  type Module,
  type Upstream,
  type UtteranceModel,
  type WaveformModel,
} from './model.ts';
export { moduleOf } from './modules.ts';
export { outputsOf } from './outputs-of.ts';
export {
  type AnyRecipe,
  type AnyTaskRecipe,
  defineProblem,
  defineRecipe,
  defineTaskRecipe,
  type Exchanged,
  type Exchanges,
  type Parts,
  type Problem,
  type Recipe,
  type RecipeConfig,
  type RecipeContext,
  type RecipeNames,
  type RecipeSpec,
  type TaskBuild,
  type TaskRecipe,
  type TaskRecipeSpec,
} from './problem.ts';
export { type Random, randomStream } from './random.ts';
export type { Embeddings, Frames, Padded, Waveforms } from './sequences.ts';
export { settingPath, settingsLike } from './setting-path.ts';
export type { Checkpointable, Json, State } from './state.ts';
export {
  type AnyTask,
  type Axis,
  type Columns,
  definePhase,
  defineTrainPhase,
  type Extent,
  type Fields,
  type Figure,
  type HostField,
  type HostFields,
  type Log,
  type Phase,
  type PhaseParts,
  type PhaseRun,
  type RecordingOptions,
  type RecordingPrediction,
  type RecordingSource,
  type Reduction,
  type Sequence,
  type Task,
  type TaskGraph,
  type TaskSound,
  type TrainPhase,
  type TrainPhaseParts,
} from './task.ts';
