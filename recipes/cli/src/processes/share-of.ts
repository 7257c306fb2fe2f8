import { type Communicator, InputError } from '@s3/interface';
import type { Shard } from '@s3/task-dump-feature';

/**
 * The share of this process: that of the option, or its own among those that were started together.
 *
 * @throws InputError for both at once
 */
export function shareOf(given: Shard, { rank, size }: Pick<Communicator, 'rank' | 'size'>): Shard {
  if (size === 1) return given;
  if (given.count > 1) {
    throw new InputError(
      'command line',
      `--shard beside a launcher that started ${size} processes`,
      'one of them',
      'Leave --shard out: the processes share the work by themselves.',
    );
  }
  return { index: rank, count: size };
}
