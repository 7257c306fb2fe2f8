import { WiringError } from './errors.ts';
import { describeValue, isPromise } from './plain-values.ts';

// A task that was not compiled with TypeScript learns here what its phases have to give.

/** @throws WiringError for what is no set of fields, or lacks the loss of a phase that trains */
export function requireFields<F>(given: F, trains: boolean): F {
  requireNames('step', given, trains ? 'such as { loss }' : 'such as { embeddings }');
  for (const [name, field] of Object.entries(given as object)) {
    const isField = Array.isArray(field) || 'dataId' in Object(field) || ('values' in Object(field) && 'lengths' in Object(field));
    if (!isField)
      throw new WiringError(
        'task',
        `gives the field '${name}' as ${describeValue(field)}`,
        'a field is a tensor, a sequence { values, lengths } or a list',
      );
  }
  if (trains && !('dataId' in Object((given as { readonly loss?: unknown }).loss)))
    throw new WiringError(
      'task',
      `gives ${Object.keys(given as object).join(', ') || 'nothing'}`,
      'the step of training gives a tensor `loss`, the mean over the batch',
    );
  return given;
}

/** @throws WiringError for what is no set of entries */
export function requireEntries<E>(given: E): E {
  requireNames('collect', given, 'which are kept for the whole split');
  return given;
}

/** @throws WiringError for what has no log of numbers */
export function requireReduction<R>(given: R): R {
  requireNames('reduce', given, 'such as { log: { error: 0.1 } }');
  const { log } = given as { readonly log?: unknown };
  if (typeof log !== 'object' || log === null)
    throw new WiringError(
      'task',
      `has a \`reduce\` that gives ${Object.keys(given as object).join(', ') || 'nothing'}`,
      'it gives its metrics as `log`',
    );
  for (const [metric, value] of Object.entries(log)) {
    if (typeof value !== 'number')
      throw new WiringError(
        'task',
        `reports the metric '${metric}' as ${describeValue(value)}`,
        'a metric is a number; leave it out where there is none',
      );
  }
  return given;
}

function requireNames(part: string, given: unknown, example: string): void {
  if (isPromise(given)) throw new WiringError('task', `has a \`${part}\` that gives a promise`, 'only `prepare` may be waited for');
  if (typeof given !== 'object' || given === null || 'dataId' in given)
    throw new WiringError(
      'task',
      `has a \`${part}\` that gives ${describeValue(given)}`,
      `it gives an object of named results, ${example}`,
    );
}
