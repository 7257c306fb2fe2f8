export { buildSpeechToTextTask, type SpeechToTextParts, type SpeechToTextTask } from './build-task.ts';
export { modelSettings } from './model-settings.ts';
