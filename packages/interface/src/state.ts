import type { NamedTensorMap } from '@tensorflow/tfjs-core';

/** What JSON keeps as it is. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Everything needed to continue as if never stopped. */
export interface State {
  /** the live tensors, not copies: read them before the next training step */
  readonly tensors: NamedTensorMap;
  readonly values: { readonly [key: string]: Json };
}

/** Anything whose state is saved with a checkpoint: models, tasks, optimizers, schedules. */
export interface Checkpointable {
  state(): State;
  /**
   * Copies the state in; the caller keeps (and disposes) `state.tensors`.
   *
   * @throws StateError naming every tensor that is missing, unknown or misshapen; nothing is changed then
   */
  loadState(state: State): void;
}
