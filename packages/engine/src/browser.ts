// What of this package loads without Node: bundlers for browsers take it for the package (export condition `browser`).
export { engineNames, selectEngine } from './browser/select-engine.ts';
