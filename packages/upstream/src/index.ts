export { fbank } from './fbank.ts';
export { linear } from './linear.ts';
export { mel } from './mel.ts';
export { mfcc } from './mfcc.ts';
export { namedUpstream, type UpstreamName, upstreamNames } from './named-upstream.ts';
export { exportOnnx } from './pretrained/export-onnx.ts';
export { hubNames } from './pretrained/hub-names.ts';
export { type PretrainedSettings, pretrainedUpstream } from './pretrained/pretrained-upstream.ts';
export { spectrogram } from './spectrogram.ts';
