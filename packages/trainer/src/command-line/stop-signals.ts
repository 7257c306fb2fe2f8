const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;
type StopSignal = keyof typeof exitCodes;

/** A run's way to hear that it shall stop. */
export interface StopSignals {
  readonly signal: AbortSignal;
  /** what the shell expects of a process that such a signal ended; undefined while there was none */
  readonly exitCode: () => number | undefined;
  /** Leaves the signals to the process again. */
  readonly release: () => void;
}

/**
 * Turns the first SIGINT (Ctrl-C) or SIGTERM into an abort, so that a run can save; the second ends the process at once.
 *
 * @param onStop is told of the first one
 */
export function stopSignals(onStop: (name: StopSignal) => void): StopSignals {
  const controller = new AbortController();
  let exitCode: number | undefined;
  const listeners = (Object.keys(exitCodes) as StopSignal[]).map((name) => {
    const listener = () => {
      if (exitCode !== undefined) return process.exit(exitCodes[name]);
      exitCode = exitCodes[name];
      onStop(name);
      controller.abort();
    };
    process.on(name, listener);
    return [name, listener] as const;
  });
  return {
    signal: controller.signal,
    exitCode: () => exitCode,
    release: () => {
      for (const [name, listener] of listeners) process.off(name, listener);
    },
  };
}

/** Whether a run ended because it was asked to stop. */
export function isInterruption(error: unknown): boolean {
  return error instanceof Error && ['InterruptedError', 'AbortError'].includes(error.name);
}
