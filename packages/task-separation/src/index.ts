export { judgeSources, type SeparatedSources, type SourceScores } from './judge-sources.ts';
export { type MaskTarget, maskLoss, maskTarget } from './mask-loss.ts';
export type { JudgedMixture, SeparationLog } from './separation-report.ts';
export { type FourierShape, type ShortTimeFourier, type Spectrum, shortTimeFourier } from './short-time-fourier.ts';
export { siSdr, siSdrLoss } from './si-sdr.ts';
export { type SeparationBatch, type SeparationTask, speechSeparation } from './speech-separation.ts';
export { type Intelligibility, shortTimeIntelligibility } from './stoi/short-time-intelligibility.ts';
