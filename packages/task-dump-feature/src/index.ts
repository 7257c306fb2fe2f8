export { type Dumped, type DumpOptions, dump, type ManifestRow } from './dump.ts';
export { type FeatureExtractor, featureExtractor, type NamedArrays, type NumberArray } from './feature-extractor.ts';
export { type Finished, type ResumableFolder, resumableFolder, type Shard } from './resumable-folder.ts';
