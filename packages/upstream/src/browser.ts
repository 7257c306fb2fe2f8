// What of this package loads without Node: bundlers for browsers take it for the package (export condition `browser`).
export { isBaseline } from './baseline-by-name.ts';
export { namedUpstream } from './browser/named-upstream.ts';
export { rememberedUpstream } from './cache/remembered-upstream.ts';
export { fbank } from './fbank.ts';
export { linear } from './linear.ts';
export { mel } from './mel.ts';
export { mfcc } from './mfcc.ts';
export { hubNames } from './pretrained/hub/hub-names.ts';
export { spectrogram } from './spectrogram.ts';
export { type UpstreamName, upstreamNames } from './upstream-settings.ts';
