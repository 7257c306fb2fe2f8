import type { EngineInfo, SelectEngine } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import './gradients.ts';

export const selectEngine: SelectEngine = async (name): Promise<EngineInfo> => {
  await import('@tensorflow/tfjs-backend-cpu');
  await tf.setBackend('cpu');
  return { name: 'cpu', library: `tfjs-backend-cpu ${tf.version_core}`, reason: name };
};
