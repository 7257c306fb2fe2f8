import { z } from 'zod';
import { describedEncoder } from '../hugging-face/described-encoder.ts';
import { networkConfig } from '../hugging-face/network-config.ts';
import { featureEncoder } from '../layers/feature-encoder.ts';
import { featureProjection } from '../layers/feature-projection.ts';
import { affineWeights } from '../layers/layer-weights.ts';
import { positionalConvolution } from '../layers/positional-convolution.ts';
import { selfAttention } from '../layers/self-attention.ts';
import { transformerEncoder } from '../layers/transformer-encoder.ts';
import type { DescribedNetwork, NetworkInput } from '../network.ts';
import type { Operations } from '../operations/operations.ts';
import { weightNames } from '../weight-names.ts';

const count = z.int().positive().max(100_000);

/** The settings of DistilHuBERT as S3PRL keeps it: those of its encoder by the names that transformers has for them, and what it predicts. */
export const distillerConfig = z.object({
  model_type: z.literal('distiller'),
  encoder: networkConfig,
  /** layers of its teacher that it predicts */
  n_tasks: count.max(1000),
  /** features of each */
  final_dim: count,
  out_layer_inter_dim: count,
  attention_type: z.literal('original').default('original'),
  task_emb_type: z.literal('expand-last').default('expand-last'),
  out_layer_type: z.literal('expand-last').default('expand-last'),
  layer_norm_first: z.literal(false).default(false),
});

/**
 * DistilHuBERT with the heads that it was distilled with.
 *
 * (batch, samples) to hidden states (batch, frames, features): what the transformer is given, the output of each of its layers, and what each head
 * predicts of a layer of its teacher.
 *
 * Chang et al., "DistilHuBERT", 2022.
 */
export function distiller({
  encoder: config,
  n_tasks,
  final_dim,
  out_layer_inter_dim: inner,
}: z.output<typeof distillerConfig>): DescribedNetwork {
  const { names, weights } = weightNames();
  const encoder = featureEncoder(names.within('feature_extractor'), config);
  const projection = featureProjection(names.within('feature_projection'), encoder.size, config);
  const own = names.within('encoder');
  const transformer = transformerEncoder(own, config, {
    position: positionalConvolution(own.within('pos_conv_embed'), config),
    attention: (layer) => selfAttention(layer, config),
  });
  const heads = Array.from({ length: n_tasks }, (_, head) => {
    const named = names.within(`output_layer.${head}`);
    return {
      widen: affineWeights(named.within('inner'), config.hidden_size, inner),
      narrow: affineWeights(named.within('outer'), inner, final_dim),
    };
  });
  return {
    ...describedEncoder(config),
    weights,
    unread: /^task_embedding\./,
    sizes: [...Array.from({ length: transformer.hiddenStates }, () => config.hidden_size), ...heads.map(() => final_dim)],
    hiddenStates: transformer.hiddenStates + n_tasks,
    forward<T>(operations: Operations<T>, { waveforms, mask, highest = Number.POSITIVE_INFINITY }: NetworkInput<T>): T[] {
      const { affine, scoped } = operations;
      const features = operations.stage(waveforms, 'feature_extractor.', (x) => encoder.forward(operations, x));
      const projected = operations.stage(features, 'feature_projection.', (x) =>
        scoped(() => {
          const y = projection.forward(operations, x);
          return mask === undefined ? y : operations.maskSteps(y, mask);
        }),
      );
      const [, ...outputs] = transformer.forward(operations, projected, { mask, highest: Math.min(highest, transformer.hiddenStates) });
      if (highest < transformer.hiddenStates) return [projected, ...outputs];
      const predicted = heads.map(({ widen, narrow }) => scoped(() => affine(operations.gelu(affine(outputs.at(-1)!, widen)), narrow)));
      return [projected, ...outputs, ...predicted];
    },
  };
}
