import { WiringError } from '@s3/interface';

/** @throws WiringError when a model gives another number of logits than there are categories */
export function refuseLogits(logits: number, categories: number): void {
  if (logits === categories) return;
  throw new WiringError(
    'model',
    `gives ${logits} logits`,
    `there are ${categories} categories; build its downstream with outputSize ${categories}`,
  );
}
