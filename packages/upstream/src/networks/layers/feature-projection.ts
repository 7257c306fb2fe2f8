import type { NetworkConfig } from '../hugging-face/network-config.ts';
import type { Operations } from '../operations/operations.ts';
import type { WeightNames } from '../weight-names.ts';
import { affineWeights, normWeights } from './layer-weights.ts';

/** Features of the encoder, normalized (DistilHuBERT: not), to the size of the transformer. */
export function featureProjection(
  names: WeightNames,
  inputs: number,
  config: Pick<NetworkConfig, 'hidden_size' | 'layer_norm_eps' | 'feat_proj_layer_norm' | 'feat_proj_dropout'>,
) {
  const norm = config.feat_proj_layer_norm ? normWeights(names.within('layer_norm'), inputs, config.layer_norm_eps) : undefined;
  const projection = affineWeights(names.within('projection'), inputs, config.hidden_size);
  return {
    /** (batch, frames, inputs) to (batch, frames, hidden_size) */
    forward: <T>(operations: Operations<T>, x: T): T =>
      operations.scoped(() => {
        const normalized = norm ? operations.layerNorm(x, norm) : x;
        return operations.dropout(operations.affine(normalized, projection), config.feat_proj_dropout);
      }),
  };
}
