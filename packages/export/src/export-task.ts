import { type AnyTask, type Json, WiringError } from '@s3/interface';
import { type ExternalValues, onnxTask } from '@s3/interface/graph';
import { onnxRuntime } from './onnx-runtime.ts';
import { type ExportCheck, verifyGraph } from './verify-graph.ts';

/** An exported task. */
export interface TaskExport {
  /** the bytes of an `.onnx` file */
  readonly model: Uint8Array<ArrayBuffer>;
  /** files that have to lie beside it, where its weights are too many for one */
  readonly weights: readonly ExternalValues[];
  readonly checks: readonly ExportCheck[];
}

/**
 * A task with its whole model as one ONNX graph, compared with our own forward pass.
 *
 * Inputs: `waveforms` (batch, samples), zero-padded, and `lengths` (batch,), the samples of each. Outputs are what the task's
 * predictions are made of: embeddings, log probabilities of the tokens in each frame, probabilities of classes, activity of
 * speakers; sequences come with their `frame_lengths`. The file's metadata_props have the task's name, the sample rate, the fewest
 * samples of an utterance, what the task says of its outputs, and what is given here; each as text or JSON.
 *
 * @throws WiringError naming a part that cannot be exported
 * @throws InputError for a model of more than 2 GB, before anything is computed, unless its weights may lie beside it
 * @throws InputError where the graph's numbers are not ours, or there is no onnxruntime to see
 */
export async function exportTask(
  task: AnyTask,
  {
    metadata = {},
    reference = task,
    weightsFile,
    mostBytes,
  }: {
    /** further entries, such as label sets and settings */
    readonly metadata?: { readonly [key: string]: Json };
    /** what the graph is compared with; the task itself unless given */
    readonly reference?: AnyTask;
    /** name of a file beside the model, for the weights of one of more than 2 GB */
    readonly weightsFile?: string;
    /** that one file holds; 2 GB unless given */
    readonly mostBytes?: number;
  } = {},
): Promise<TaskExport> {
  const { graph, model: parts, name } = task;
  if (!graph || !reference.graph) {
    throw new WiringError(
      `the task ${name}`,
      'cannot be exported',
      'a graph of it is asked for; give what it builds a `graph`, which taskGraph of @s3/interface/graph makes of its model and the outputs it names',
    );
  }
  const { sampleRate, minSamples = 1 } = parts;
  const entries = { task: name, sample_rate: sampleRate, min_samples: minSamples, ...graph.metadata(), ...metadata };
  const texts = Object.entries(entries).map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]);
  const runtime = await onnxRuntime();
  const weights: ExternalValues[] = [];
  const external = weightsFile === undefined ? undefined : { name: weightsFile, files: weights, mostBytes };
  const model = await onnxTask(name, graph, Object.fromEntries(texts), external);
  return { model, weights, checks: await verifyGraph(model, reference.graph, { sampleRate, minSamples, weights }, runtime) };
}
