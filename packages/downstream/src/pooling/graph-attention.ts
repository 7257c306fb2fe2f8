import { type GraphOperations, graphMask } from '@s3/interface/graph';

/** What is added to logits before a softmax over frames: 0 on valid frames, else so little that the share is 0, (batch, frames). */
export function shutBehind<T>(operations: GraphOperations<T>, lengths: T, like: T): T {
  return operations.multiply(operations.subtract(graphMask(operations, lengths, like), 1), 1e30);
}
