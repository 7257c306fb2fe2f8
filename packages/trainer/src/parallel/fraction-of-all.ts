import type { Communicator } from '@s3/interface';

/** What part of the sum over all processes a value is, 0..1. */
export async function fractionOfAll(communicator: Communicator, value: number): Promise<number> {
  const sum = Float32Array.of(value);
  await communicator.sum(sum);
  return value / sum[0]!;
}
