import { type Communicator, InputError } from '@s3/interface';

/** One share of several. */
export interface Share {
  /** from 0 */
  readonly index: number;
  readonly count: number;
}

/**
 * The share of this process: that of the option, or its own among those that were started together.
 *
 * @throws InputError for both at once
 */
export function shareOf(given: Share, { rank, size }: Pick<Communicator, 'rank' | 'size'>): Share {
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
