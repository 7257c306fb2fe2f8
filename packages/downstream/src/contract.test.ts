import { testDownstream } from '@s3/interface/testing';
import { describe } from 'vitest';
import { frameLinear } from './frame-models/frame-linear.ts';
import { ecapaTdnn } from './speaker-models/ecapa-tdnn.ts';
import { superbXvector } from './speaker-models/superb-xvector.ts';
import { xvector } from './speaker-models/xvector.ts';
import { meanPoolingLinear } from './utterance-models/mean-pooling-linear.ts';

const tdnn = { tdnnSize: 6, aggregationSize: 7 };
describe('superbXvector', () => testDownstream({ build: (input) => superbXvector(input, { ...tdnn, outputSize: 8, hiddenSize: 4 }) }));
describe('xvector', () => testDownstream({ build: (input) => xvector(input, { ...tdnn, pooling: 'ASP' }) }));
describe('ecapaTdnn', () => testDownstream({ build: (input) => ecapaTdnn(input, { channels: 16, aggregationSize: 7, pooling: 'SAP' }) }));
describe('ecapaTdnn with an embedding layer', () =>
  testDownstream({
    build: (input) => ecapaTdnn(input, { channels: 16, aggregationSize: 7, pooling: 'CASP', squeezeBatchNorm: true, embeddingSize: 6 }),
  }));
describe('meanPoolingLinear', () => testDownstream({ build: (input) => meanPoolingLinear({ input, outputSize: 3 }) }));
describe('frameLinear', () => testDownstream({ build: (input) => frameLinear({ input, outputSize: 3 }, { hiddenSizes: [] }) }));
