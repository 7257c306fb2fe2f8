export { testBatchSampler } from './test-batch-sampler.ts';
export { testDownstream } from './test-downstream.ts';
export { testFeaturizer } from './test-featurizer.ts';
export { testRecipe } from './test-recipe.ts';
export { testTask } from './test-task.ts';
export { testUpstream } from './test-upstream.ts';
export { toyFrameModel } from './toy-frame-model.ts';
export { framesOf, inGraph, waveformsOf } from './toy-sequences.ts';
export { toyUtteranceModel } from './toy-utterance-model.ts';
