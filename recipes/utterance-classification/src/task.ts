export { type ClassificationParts, connectedModel } from './connected-model.ts';
