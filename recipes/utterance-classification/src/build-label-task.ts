import { categoryEncoder } from '@s3/dataio';
import type { ComponentOf, Embeddings, LabelEncoder, WaveformModel } from '@s3/interface';
import type { utteranceClassification } from '@s3/task-classification';
import { type ClassificationBuild, type ClassificationParts, connectedModel } from './connected-model.ts';

export type LabelTask = ReturnType<typeof utteranceClassification>;

/** What a recipe of one label per utterance is built of. */
export type LabelParts = ClassificationParts & {
  readonly task: ComponentOf<
    { readonly model: WaveformModel<Embeddings>; readonly categories: LabelEncoder<string>; readonly counts: readonly number[] },
    LabelTask
  >;
};

/** Wires upstream, featurizer and downstream model to a task that gives each utterance one of the labels. */
export async function buildLabelTask({
  config,
  parts,
  encoders,
  context,
}: ClassificationBuild & {
  readonly config: { readonly task: unknown };
  readonly parts: LabelParts;
  readonly encoders: { readonly labels: readonly string[]; readonly counts: readonly number[] };
}): Promise<LabelTask> {
  const categories = categoryEncoder(encoders.labels);
  const model = await connectedModel({ config, parts, context }, categories.size);
  // checked by the schema of the task, whichever it is
  return parts.task({ model, categories, counts: encoders.counts }, config.task as never, context);
}
