import prepare from './hubert-step.mjs';

/** The same of three layers and 1 x 10 s, where memory is short. */
export default (place) => prepare(place, { layers: 3, batches: [1] });
