import { buildPackage } from '../../tsup.base.ts';

export default buildPackage({
  index: 'src/index.ts',
  tensors: 'src/tensors.ts',
  layers: 'src/layers.ts',
  safetensors: 'src/safetensors.ts',
  'graph/index': 'src/graph/index.ts',
  'testing/index': 'src/testing/index.ts',
});
