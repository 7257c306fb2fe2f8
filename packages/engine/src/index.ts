export { engineNames, selectEngine } from './select-engine.ts';
