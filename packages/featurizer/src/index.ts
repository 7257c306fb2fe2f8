export { weightedSum } from './weighted-sum.ts';
