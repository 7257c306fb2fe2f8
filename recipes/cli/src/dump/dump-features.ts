import { resolve } from 'node:path';
import { arrayBytes, audioDataset, dataLoader, fixedBatchSampler, utteranceBatch } from '@s3/dataio';
import type { Communicator } from '@s3/interface';
import { dump, featureExtractor } from '@s3/task-dump-feature';
import { availableCores, checkSameCommand, gatherValues, oneProcess, terminalObserver } from '@s3/trainer';
import { type CommandLineOptions, inProcesses } from '@s3/trainer/command-line';
import { inputUtterances } from '../input-utterances.ts';
import { shareOf } from '../processes/share-of.ts';
import { announceWork, checksumOf, outcomeText } from '../processes/shared-work.ts';
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
    announceWork(terminal, await program.selectEngine(engine), communicator);
    const model = await dumpedModel(options, program.recipes, (text) => terminal.message?.('warning', text));
    const extractor = featureExtractor(model, { content, layers: layers && [...layers] });
    const onProgress = (unit: string) => (label: string, done: number, total: number) => terminal.progress?.({ label, done, total, unit });
    const ids = checksumOf(utterances.map(({ id }) => id));
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
    else program.stdout.write(outcomeText(`wrote ${done.written} files`, done, outDir));
  } finally {
    await terminal.close?.();
  }
}
