export { type ArrayFormat, arrayBytes, arrayFormats, type NamedArrays, type NumberArray, readArrays } from './array-file.ts';
export { type Dumped, type DumpOptions, dump, type ManifestRow } from './dump.ts';
export { type FeatureExtractor, featureExtractor } from './feature-extractor.ts';
