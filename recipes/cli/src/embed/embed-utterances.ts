import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { evaluationBatches } from '@s3/espnet-spk';
import { type AnyRecipe, type Communicator, type Embeddings, InputError, randomStream, type WaveformModel } from '@s3/interface';
import { extractEmbeddings } from '@s3/task-asv';
import type { Shard } from '@s3/task-dump-feature';
import { availableCores, checkSameCommand, fromRoot, gatherValues, loadTask, oneProcess, terminalObserver } from '@s3/trainer';
import { type CommandLineOptions, inProcesses } from '@s3/trainer/command-line';
import { checkpointRecipe, recipesWith } from '../checkpoint/checkpoint-recipe.ts';
import { inputUtterances } from '../input-utterances.ts';
import { shareOf } from '../processes/share-of.ts';
import { announceWork, checksumOf, outcomeText } from '../processes/shared-work.ts';
import type { EmbedCommandOptions } from './embed-command.ts';
import { checkEmbeddingFolder, type EmbeddedUtterance, type EmbeddingFolder, embeddingFolder } from './embedding-folder.ts';

type Program = Pick<CommandLineOptions, 'recipes' | 'selectEngine' | 'stdout' | 'stderr' | 'connectProcesses'>;

/**
 * Embeds utterances with a checkpoint, those that are not there yet, and writes them in parts.
 *
 * Processes that were started together share what is not there, so it goes on with any number of them.
 *
 * @throws InputError for a checkpoint whose task embeds no speakers, inputs that cannot be read, two utterances of one id, a
 *   folder with embeddings of another making, or processes that were told to do different things
 */
export async function embedUtterances(
  checkpoint: string,
  inputs: readonly string[],
  options: EmbedCommandOptions,
  program: Program,
): Promise<void> {
  await inProcesses(program, async (own, communicator = oneProcess) => {
    await embedShare(checkpoint, inputs, options, own, communicator);
    return 0;
  });
}

async function embedShare(
  checkpoint: string,
  inputs: readonly string[],
  options: EmbedCommandOptions,
  program: Program,
  communicator: Communicator,
): Promise<void> {
  const { out, segments, segmentSeconds, average = false, normalize = false, batchSize, partSize, json } = options;
  const { rank, size } = communicator;
  const shard = shareOf(options.shard, communicator);
  const utterances = await inputUtterances(inputs);
  const ids = utterances.map(({ id }) => id);
  refuseDoubled(ids);
  const terminal = terminalObserver({ stream: json ? program.stderr : program.stdout });
  try {
    const engine = await program.selectEngine(options.engine);
    announceWork(terminal, engine, communicator);
    const { task, recipe } = await speakerTask(checkpoint, await recipesWith(program.recipes, options.recipe), (text) =>
      terminal.message?.('warning', text),
    );
    const cut = segments === undefined ? {} : { segments, segmentSeconds };
    const making = { recipe, weights: await weightsOf(checkpoint), ...cut, average, normalize };
    await checkSameCommand(communicator, {
      ...making,
      out: resolve(out),
      engine: engine.name,
      batchSize,
      partSize,
      utterances: ids.length,
      ids: checksumOf(ids),
    });

    const there = await fromRoot(communicator, async () => {
      const folder = await embeddingFolder(out, making);
      const before = await folder.finished();
      // other shares may be at work: theirs are left alone
      await folder.removeTorn(before, size > 1 ? Array.from({ length: size }, (_, index) => ({ index, count: size })) : [shard]);
      return idsOf(before);
    });
    if (rank > 0) await checkEmbeddingFolder(out);
    const folder = await embeddingFolder(out, making);
    const missing = utterances.filter(({ id }) => !there.has(id));
    // an independent share may not depend on what others have done; together what is missing is shared anew
    const own = dealt(size > 1 ? missing : utterances, shard);
    const remaining = own.filter(({ id }) => !there.has(id));
    const found = own.length - remaining.length;

    let [pending, written]: [EmbeddedUtterance[], number] = [[], 0];
    const flush = async () => {
      if (pending.length > 0) await folder.add(shard, pending);
      written += pending.length;
      pending = [];
    };
    if (remaining.length > 0) {
      const workers = options.workers ?? Math.max(0, availableCores() - 1);
      const settings = { segments: segments ?? null, segmentSeconds, batchSize };
      const onProgress = (label: string, done: number, total: number) => terminal.progress?.({ label, done, total, unit: 'files' });
      const context = { seed: 0, workers, minSamples: task.model.minSamples, modelRate: task.model.sampleRate, onProgress };
      const { batches, seconds } = await evaluationBatches(remaining, settings, context);
      const model = task.model as WaveformModel<Embeddings>;
      let done = found;
      for await (const { id, segments: rows } of extractEmbeddings(model, batches, { average, normalize })) {
        pending.push({ id, segments: rows, seconds: seconds.get(id)! });
        terminal.progress?.({ label: 'embedding', done: ++done, total: own.length, unit: 'utterances' });
        if (pending.length >= partSize) await flush();
      }
      await flush();
    }

    const writtenByEach = await gatherValues(communicator, written);
    if (!writtenByEach) return;
    const parts = await folder.finished();
    const all = idsOf(parts);
    const complete = ids.every((id) => all.has(id));
    if (complete) {
      await folder.writeManifest(ids, parts);
      await folder.removeTorn(parts);
    }
    const result = {
      written: writtenByEach.reduce((sum, one) => sum + one, 0),
      found: size > 1 ? utterances.length - missing.length : found,
      utterances: utterances.length,
      complete,
      out,
    };
    if (json) program.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    else program.stdout.write(outcomeText(`embedded ${result.written} utterances`, result, out));
  } finally {
    await terminal.close?.();
  }
}

/** The task of a checkpoint, and the name of its recipe. @throws InputError for a task that embeds no speakers */
async function speakerTask(checkpoint: string, recipes: CommandLineOptions['recipes'], onMessage: (text: string) => void) {
  const recipe = await checkpointRecipe(recipes, checkpoint);
  const task = await loadTask(recipe, checkpoint, { overrides: independentBatches(recipe), onMessage });
  if (task.name === 'speaker-verification') return { task, recipe: recipe.name };
  const found = `a checkpoint of ${recipe.name}, whose task is ${task.name}`;
  throw new InputError(checkpoint, found, 'one that embeds speakers, such as of superb-asv or espnet-spk', 'Give another checkpoint.');
}

const idsOf = (parts: Awaited<ReturnType<EmbeddingFolder['finished']>>) =>
  new Set([...parts.values()].flatMap(({ utterances }) => utterances.map(({ id }) => id)));

/** Those of a share: dealt out in an order of their own, since tables often have long and short ones in turn. */
function dealt<U>(utterances: readonly U[], { index, count }: Shard): readonly U[] {
  if (count === 1) return utterances;
  const order = randomStream('shares of utterances').permutation(utterances.length);
  return utterances.filter((_, place) => order[place]! % count === index);
}

function refuseDoubled(ids: readonly string[]): void {
  const seen = new Set<string>();
  const doubled = ids.find((id) => seen.has(id) || !seen.add(id));
  if (doubled !== undefined) {
    throw new InputError('utterances', `the id '${doubled}' twice`, 'an id of its own for each', 'Rename one of them.');
  }
}

/** Features that are the same alone and in any batch, where the recipe's upstream has a choice. */
function independentBatches(recipe: AnyRecipe): { readonly [setting: string]: unknown } {
  const section = recipe.config.shape['upstream'] as
    | { readonly def?: { readonly innerType?: unknown }; readonly shape?: object }
    | undefined;
  const inner = (section?.def?.innerType ?? section) as { readonly shape?: object } | undefined;
  return inner?.shape && 'batching' in inner.shape ? { 'upstream.batching': 'independent' } : {};
}

/** Checksum of a checkpoint's model, by which embeddings of another one are told apart. */
async function weightsOf(checkpoint: string): Promise<string> {
  const state = JSON.parse(await readFile(join(checkpoint, 'state.json'), 'utf8')) as {
    readonly files: { readonly [file: string]: string };
  };
  return state.files['model.safetensors']!;
}
