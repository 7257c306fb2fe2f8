export { attentiveStatisticsPooling } from './attentive-statistics-pooling.ts';
export { type BatchNorm, batchNorm } from './batch-norm.ts';
export { type Pooling, poolings } from './pooling.ts';
export { selfAttentivePooling } from './self-attentive-pooling.ts';
export { superbXvector } from './superb-xvector.ts';
export { type Tdnn, type TdnnShape, tdnn } from './tdnn.ts';
export { temporalAveragePooling } from './temporal-average-pooling.ts';
export { temporalStatisticsPooling } from './temporal-statistics-pooling.ts';
export { type XvectorBackbone, xvectorBackbone } from './xvector-backbone.ts';
