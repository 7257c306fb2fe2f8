import { createHash } from 'node:crypto';
import { resolve, sep } from 'node:path';
import { arrayBytes, audioDataset, dataLoader, fixedBatchSampler, utteranceBatch } from '@s3/dataio';
import type { Communicator } from '@s3/interface';
import { dump, featureExtractor } from '@s3/task-dump-feature';
import { availableCores, checkSameCommand, gatherValues, oneProcess, terminalObserver } from '@s3/trainer';
import { type CommandLineOptions, inProcesses } from '@s3/trainer/command-line';
import { inputUtterances } from '../input-utterances.ts';
import { shareOf } from '../processes/share-of.ts';
import type { DumpCommandOptions } from './dump-command.ts';
import { dumpedModel } from './dumped-model.ts';

type Program = Pick<CommandLineOptions, 'recipes' | 'selectEngine' | 'stdout' | 'stderr' | 'connectProcesses'>;

/**
 * Writes the features of utterances, one by one: so they depend neither on each other nor on where a dump was stopped.
 *
 * @throws InputError for inputs that cannot be read, and as `dump` and `dumpedModel`
 */
export async function dumpFeatures(inputs: readonly string[], options: DumpCommandOptions, program: Program): Promise<void> {
  await inProcesses(program, async (own, communicator = oneProcess) => {
    await dumpShare(inputs, options, own, communicator);
    return 0;
  });
}

async function dumpShare(
  inputs: readonly string[],
  options: DumpCommandOptions,
  program: Program,
  communicator: Communicator,
): Promise<void> {
  const { out: outDir, content, layers = null, format, compress = false, engine, json } = options;
  const shard = shareOf(options.shard, communicator);
  const utterances = await inputUtterances(inputs);
  const terminal = terminalObserver({ stream: json ? program.stderr : program.stdout });
  try {
    const { library, reason } = await program.selectEngine(engine);
    terminal.message?.('info', `engine: ${library} (${reason})`);
    if (communicator.size > 1)
      terminal.message?.('info', `${communicator.size} processes share the work; the progress shown is that of the first`);
    const model = await dumpedModel(options, program.recipes);
    const extractor = featureExtractor(model, { content, layers: layers && [...layers] });
    const onProgress = (unit: string) => (label: string, done: number, total: number) => terminal.progress?.({ label, done, total, unit });
    const ids = createHash('sha256')
      .update(JSON.stringify(utterances.map(({ id }) => id)))
      .digest('hex')
      .slice(0, 16);
    const decisive = { source: model.source, outDir: resolve(outDir), format, compress, ...extractor.description, ids };
    await checkSameCommand(communicator, JSON.parse(JSON.stringify(decisive)));
    const own = await dump({
      extractor,
      utterances,
      async batchesOf(remaining) {
        const workers = options.workers ?? Math.max(0, availableCores() - 1);
        const wiring = { utterances: remaining, workers, onProgress: onProgress('files') };
        const dataset = await audioDataset(wiring, { sampleRate: extractor.sampleRate });
        return dataLoader({ dataset, sampler: fixedBatchSampler(dataset, { batchSize: 1 }), collate: utteranceBatch });
      },
      outDir,
      format,
      bytesOf: (arrays) => arrayBytes(arrays, format, { compress }),
      source: model.source,
      shard,
      onProgress: onProgress('utterances'),
    });
    const ofEach = await gatherValues(communicator, own);
    if (!ofEach) return;
    const sum = (count: 'written' | 'found') => ofEach.reduce((total, one) => total + one[count], 0);
    const done = { written: sum('written'), found: sum('found'), complete: ofEach.some(({ complete }) => complete) };
    if (json) program.stdout.write(`${JSON.stringify({ ...done, utterances: utterances.length, outDir }, null, 2)}\n`);
    else program.stdout.write(`${told(done, outDir)}\n`);
  } finally {
    await terminal.close?.();
  }
}

function told({ written, found, complete }: Awaited<ReturnType<typeof dump>>, outDir: string): string {
  const there = found === 0 ? '' : `, ${found} were there`;
  const rest = complete ? `all is listed in ${outDir}${sep}manifest.csv` : 'other shares are still to be made';
  return `wrote ${written} files${there}; ${rest}`;
}
