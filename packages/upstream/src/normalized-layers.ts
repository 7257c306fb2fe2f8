import type { Upstream } from '@s3/interface';
import { layerNorm } from '@s3/interface/tensors';

/** The upstream with each frame of each hidden state layer-normalized, without weights (S3PRL's `normalize`). */
export function normalizedLayers(upstream: Upstream): Upstream {
  const { forward, graph } = upstream;
  return {
    ...upstream,
    async extract(waveforms, wanted) {
      const layers = await upstream.extract(waveforms, wanted);
      return layers.map(({ values, lengths }) => {
        if (values.size === 0) return { values, lengths };
        const normalized = layerNorm(values);
        values.dispose();
        return { values: normalized, lengths };
      });
    },
    ...(forward && {
      forward: (waveforms, mode) => forward(waveforms, mode).map(({ values, lengths }) => ({ values: layerNorm(values), lengths })),
    }),
    ...(graph && {
      graph: (operations, waveforms) =>
        graph(operations, waveforms).map(({ values, lengths }) => ({ values: operations.layerNorm(values, { epsilon: 1e-5 }), lengths })),
    }),
  };
}
