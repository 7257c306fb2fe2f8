export { buildLabelTask, type LabelParts, type LabelTask } from './build-label-task.ts';
export { type ClassificationBuild, type ClassificationParts, connectedModel } from './connected-model.ts';
export { modelSettings } from './model-settings.ts';
