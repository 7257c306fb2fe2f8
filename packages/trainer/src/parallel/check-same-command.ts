import { hostname } from 'node:os';
import { type Communicator, InputError, type Json } from '@s3/interface';
import { configDifference } from '../checkpoint/config-difference.ts';
import { fromRoot } from './from-root.ts';
import { gatherValues } from './gather-values.ts';

const nothing = new Set<string>();

/**
 * Makes sure that all processes were told to do the same.
 *
 * @param told what decides it: options, what is in the files that they name
 * @throws InputError, on rank 0, naming the process and each difference
 */
export async function checkSameCommand(communicator: Communicator, told: { readonly [option: string]: Json }): Promise<void> {
  if (communicator.size === 1) return;
  const all = await gatherValues(communicator, { host: hostname(), told });
  await fromRoot(communicator, () => {
    const root = all![0]!;
    all!.forEach((other, rank) => {
      const differences = configDifference(root.told, other.told, nothing);
      if (differences.length === 0) return;
      throw new InputError(
        `process ${rank} on ${other.host}`,
        `another command than process 0 on ${root.host}: ${differences.join('; ')}`,
        'the same command and the same files',
        'Start all processes with one launcher and one command.',
      );
    });
  });
}
