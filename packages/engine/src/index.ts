export { selectEngine } from './select-engine.ts';
