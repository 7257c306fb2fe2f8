import type { AnyTask } from '@s3/interface';
import type { Checkpoint } from './checkpoint-state.ts';

/** A sentence for users where the frozen upstream, which a checkpoint only names, was read from other files than in training. */
export function otherUpstream({ directory, state, config }: Checkpoint, { model }: AnyTask): string | undefined {
  if (state.upstream === undefined || model.upstreamFingerprint === undefined) return undefined;
  if (state.upstream === model.upstreamFingerprint) return undefined;
  const { path, name } = (config['upstream'] ?? {}) as { readonly [setting: string]: unknown };
  return `${directory} was trained on an upstream (${path ?? name}) of other files than it has now: what was learned does not fit their hidden states`;
}
