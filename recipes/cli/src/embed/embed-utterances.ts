import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { AudioUtterance } from '@s3/dataio';
import { evaluationBatches } from '@s3/espnet-spk';
import { type AnyRecipe, type Communicator, type Embeddings, InputError, randomStream, type WaveformModel } from '@s3/interface';
import { extractEmbeddings } from '@s3/task-asv';
import { availableCores, checkSameCommand, fromRoot, gatherValues, loadTask, oneProcess, terminalObserver } from '@s3/trainer';
import { type CommandLineOptions, inProcesses } from '@s3/trainer/command-line';
import { checkpointRecipe, recipesWith } from '../checkpoint/checkpoint-recipe.ts';
import { inputUtterances } from '../input-utterances.ts';
import { type Share, shareOf } from '../processes/share-of.ts';
import type { EmbedCommandOptions } from './embed-command.ts';
import {
  checkEmbeddingFolder,
  type EmbeddedUtterance,
  finishedParts,
  openEmbeddingFolder,
  removeTornParts,
  writeManifest,
  writePart,
} from './embedding-files.ts';

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
  const share = shareOf(options.shard, communicator);
  const utterances = await inputUtterances(inputs);
  const ids = new Set<string>();
  const doubled = utterances.find(({ id }) => ids.has(id) || !ids.add(id));
  if (doubled) throw new InputError('utterances', `the id '${doubled.id}' twice`, 'an id of its own for each', 'Rename one of them.');
  const terminal = terminalObserver({ stream: json ? program.stderr : program.stdout });
  try {
    const { name: engine, library, reason } = await program.selectEngine(options.engine);
    terminal.message?.('info', `engine: ${library} (${reason})`);
    if (size > 1) terminal.message?.('info', `${size} processes share the work; the progress shown is that of the first`);
    const recipe = await checkpointRecipe(await recipesWith(program.recipes, options.recipe), checkpoint);
    const task = await loadTask(recipe, checkpoint, { overrides: independentBatches(recipe) });
    if (task.name !== 'speaker-verification') {
      const found = `a checkpoint of ${recipe.name}, whose task is ${task.name}`;
      throw new InputError(checkpoint, found, 'one that embeds speakers, such as of superb-asv or espnet-spk', 'Give another checkpoint.');
    }
    const cut = segments === undefined ? {} : { segments, segmentSeconds };
    const making = { recipe: recipe.name, weights: await weightsOf(checkpoint), ...cut, average, normalize };
    const told = { ...making, out: resolve(out), engine, batchSize, partSize, utterances: utterances.length, ids: checksumOf([...ids]) };
    await checkSameCommand(communicator, told);

    const there = await fromRoot(communicator, async () => {
      await openEmbeddingFolder(out, making);
      const before = await finishedParts(out);
      // other shares may be at work: theirs are left alone
      const shares = Array.from({ length: size }, (_, index) => (size > 1 ? { index, count: size } : share));
      await removeTornParts(out, before, shares);
      return new Set(before.flatMap((part) => part.utterances.map(({ id }) => id)));
    });
    if (rank > 0) await checkEmbeddingFolder(out);
    const isMissing = ({ id }: AudioUtterance) => !there.has(id);
    // an independent share may not depend on what others have done; together what is missing is shared anew
    const own = size > 1 ? dealt(utterances.filter(isMissing), share) : dealt(utterances, share);
    const remaining = own.filter(isMissing);
    let written = 0;
    if (remaining.length > 0) {
      const workers = options.workers ?? Math.max(0, availableCores() - 1);
      const settings = { segments: segments ?? null, segmentSeconds, batchSize };
      const onProgress = (label: string, done: number, total: number) => terminal.progress?.({ label, done, total, unit: 'files' });
      const context = { seed: 0, workers, minSamples: task.model.minSamples, modelRate: task.model.sampleRate, onProgress };
      const { batches, seconds } = await evaluationBatches(remaining, settings, context);
      const model = task.model as WaveformModel<Embeddings>;
      let pending: EmbeddedUtterance[] = [];
      const flush = async () => {
        if (pending.length > 0) await writePart(out, share, pending);
        written += pending.length;
        pending = [];
      };
      let done = own.length - remaining.length;
      for await (const { id, segments: rows } of extractEmbeddings(model, batches, { average, normalize })) {
        pending.push({ id, segments: rows, seconds: seconds.get(id)! });
        terminal.progress?.({ label: 'embedding', done: ++done, total: own.length, unit: 'utterances' });
        if (pending.length >= partSize) await flush();
      }
      await flush();
    }
    const ofEach = await gatherValues(communicator, { written, found: size > 1 ? 0 : own.length - remaining.length });
    if (!ofEach) return;
    const parts = await finishedParts(out);
    const all = new Set(parts.flatMap((part) => part.utterances.map(({ id }) => id)));
    const complete = utterances.every(({ id }) => all.has(id));
    if (complete) {
      const ids = utterances.map(({ id }) => id);
      await writeManifest(out, ids, parts);
      await removeTornParts(out, parts);
    }
    const result = {
      written: ofEach.reduce((sum, one) => sum + one.written, 0),
      found: size > 1 ? utterances.filter((utterance) => !isMissing(utterance)).length : ofEach[0]!.found,
      utterances: utterances.length,
      complete,
      out,
    };
    if (json) program.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    else {
      const alreadyThere = result.found === 0 ? '' : `, ${result.found} were there`;
      const rest = complete ? `all is listed in ${join(out, 'manifest.csv')}` : 'other shares are still to be made';
      program.stdout.write(`embedded ${result.written} utterances${alreadyThere}; ${rest}\n`);
    }
  } finally {
    await terminal.close?.();
  }
}

/** Those of a share: dealt out in an order of their own, since tables often have long and short ones in turn. */
function dealt<U>(utterances: readonly U[], { index, count }: Share): readonly U[] {
  if (count === 1) return utterances;
  const order = randomStream('shares of utterances').permutation(utterances.length);
  return utterances.filter((_, place) => order[place]! % count === index);
}

function checksumOf(ids: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(ids)).digest('hex').slice(0, 16);
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
