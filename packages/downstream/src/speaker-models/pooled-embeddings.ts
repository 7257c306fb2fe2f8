import { type FrameSpec, moduleOf, type Random, type UtteranceModel } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import { poolings } from '../pooling/poolings.ts';
import type { EcapaBackbone } from './ecapa-backbone.ts';
import { embeddingProjector } from './embedding-projector.ts';
import type { XvectorBackbone } from './xvector-backbone.ts';

/**
 * A speaker model: the frames of a backbone pooled to the embedding of an utterance, which a projector makes smaller where it has a size
 * of its own.
 */
export function pooledEmbeddings(
  input: FrameSpec,
  backbone: EcapaBackbone | XvectorBackbone,
  { pooling: name, embeddingSize }: { readonly pooling: keyof typeof poolings; readonly embeddingSize: number | null },
  random: Random,
): UtteranceModel {
  const pooling = poolings[name](backbone.outputSize, random);
  const projector = embeddingSize === null ? undefined : embeddingProjector(pooling.outputSize, embeddingSize, random);
  return {
    ...moduleOf({ backbone, pooling, ...(projector && { projector }) }),
    input,
    outputSize: embeddingSize ?? pooling.outputSize,
    minFrames: pooling.minFrames + ('framesLost' in backbone ? backbone.framesLost : 0),
    forward: (frames, mode) =>
      tf.tidy(() => {
        const pooled = pooling.forward(backbone.forward(frames, mode), mode);
        return projector ? projector.forward(pooled, mode) : pooled;
      }),
    graph(operations, frames) {
      const pooled = pooling.graph(operations, backbone.graph(operations, frames));
      return projector ? projector.graph(operations, pooled) : pooled;
    },
  };
}
