import {
  type BuildContext,
  type ComponentOf,
  connect,
  type Embeddings,
  type Featurizer,
  type FrameSpec,
  type Upstream,
  type UtteranceModel,
  type WaveformModel,
} from '@s3/interface';

/** What a classifier of utterances is made of, beside its task. */
export type ClassificationParts = {
  readonly upstream: ComponentOf<{ readonly cacheDir: string }, Promise<Upstream>>;
  readonly featurizer: ComponentOf<readonly FrameSpec[], Featurizer>;
  readonly downstream: ComponentOf<{ readonly input: FrameSpec; readonly outputSize: number }, UtteranceModel>;
};

/** Of what a recipe's `buildTask` is given, what its model needs. */
export interface ClassificationBuild {
  readonly config: { readonly [Part in keyof ClassificationParts]: unknown } & {
    readonly model: { readonly upstreamTrainable: boolean };
  };
  readonly parts: ClassificationParts;
  readonly context: BuildContext & { readonly cacheDir: string };
}

/**
 * Upstream, featurizer and downstream of a recipe, each with the settings of its section, joined to one model of waveforms.
 *
 * @param build what the recipe's `buildTask` is given
 * @param outputSize logits of the model
 * @throws WiringError as `connect`
 */
export async function connectedModel(
  { config, parts, context }: ClassificationBuild,
  outputSize: number,
): Promise<WaveformModel<Embeddings>> {
  // each section was parsed by the schema of its part, whichever part that is
  const upstream = await parts.upstream({ cacheDir: context.cacheDir }, config.upstream as never, context);
  const featurizer = parts.featurizer(upstream.layers, config.featurizer as never, context);
  const downstream = parts.downstream({ input: featurizer.output, outputSize }, config.downstream as never, context);
  return connect(upstream, featurizer, downstream, { trainUpstream: config.model.upstreamTrainable });
}
