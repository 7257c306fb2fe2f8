// What of this package loads without Node: bundlers for browsers take it for the package (export condition `browser`).

export { namedUpstream } from './browser/named-upstream.ts';
export { rememberedUpstream } from './cache/remembered-upstream.ts';
export { isBaseline } from './features/baseline-by-name.ts';
export { fbank } from './features/fbank.ts';
export { linear } from './features/linear.ts';
export { mel } from './features/mel.ts';
export { mfcc } from './features/mfcc.ts';
export { spectrogram } from './features/spectrogram.ts';
export { hubNames } from './pretrained/hub/hub-names.ts';
export { type UpstreamName, upstreamNames } from './upstream-settings.ts';
