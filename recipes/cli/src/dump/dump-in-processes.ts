import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { InputError } from '@s3/interface';
import { launchOf } from '@s3/mpi/launch';
import type { CommandLineOptions } from '@s3/trainer/command-line';
import type { DumpCommandOptions } from './dump-command.ts';

type Program = Pick<CommandLineOptions, 'argv' | 'stdout' | 'stderr'>;

/**
 * The same command once more for each share of the work, all at once; each tells its progress in lines of its own.
 *
 * @throws InputError for a share that failed, when the others are done, or shards or a launcher beside processes
 */
export async function dumpInProcesses(_: readonly string[], { processes, shard }: DumpCommandOptions, program: Program): Promise<void> {
  if (shard.count > 1) {
    const remedy = 'Give --processes alone on one machine, --shard alone to share the work in your own way.';
    throw new InputError('command line', '--shard beside --processes', 'one of them', remedy);
  }
  const launch = launchOf();
  if (launch && launch.size > 1) {
    const remedy = 'Leave --processes out: the processes share the work by themselves.';
    throw new InputError('command line', `--processes beside a launcher that started ${launch.size} processes`, 'one of them', remedy);
  }
  const script = process.argv[1]!;
  const codes = await Promise.all(
    Array.from({ length: processes }, (_none, index) => {
      const share = `${index + 1}/${processes}`;
      // the last option of a name wins
      const words = [...process.execArgv, script, ...program.argv, '--processes', '1', '--shard', share];
      const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] });
      for (const [from, to] of [
        [child.stdout, program.stdout],
        [child.stderr, program.stderr],
      ] as const) {
        createInterface({ input: from }).on('line', (line) => to.write(`${share}  ${line.trim()}\n`));
      }
      // the terminal stops all of them by Ctrl-C; whoever stops this process alone means all of them too
      process.once('SIGTERM', () => child.kill());
      return new Promise<number>((resolve, reject) => child.once('error', reject).once('close', (code) => resolve(code ?? 1)));
    }),
  );
  const failed = codes.flatMap((code, index) => (code === 0 ? [] : [`${index + 1}/${processes}`]));
  if (failed.length === 0) return;
  throw new InputError(
    'shares',
    `${failed.join(', ')} failed, as said above`,
    'all to be done',
    'Mend that and give the same command again.',
  );
}
