import type { Communicator, EngineName } from '@s3/interface';
import { createColors } from 'picocolors';
import { terminalObserver } from '../observers/terminal-observer.ts';
import type { RunOptions } from '../run.ts';
import type { CommandContext } from './command-context.ts';
import { isInterruption, stopSignals } from './stop-signals.ts';

/**
 * Carries out what trains: shows its progress, and lets it save when a signal asks it to stop.
 *
 * @param told.engine as the settings name it
 * @param told.shared what several processes share, such as `the run`
 * @param work prints its result itself
 * @returns the exit code: 0, or that of the signal
 */
export async function runInTerminal(
  context: CommandContext,
  told: { readonly json: boolean; readonly warnings: readonly string[]; readonly engine: unknown; readonly shared: string },
  communicator: Communicator | undefined,
  work: (options: RunOptions) => Promise<void>,
): Promise<number> {
  const terminal = terminalObserver({ stream: told.json ? context.stderr : context.stdout });
  for (const warning of told.warnings) terminal.message?.('warning', warning);
  const engine = await context.selectEngine(told.engine as EngineName);
  terminal.message?.('info', `engine: ${engine.library} (${engine.reason})`);
  if (communicator) terminal.message?.('info', `${communicator.size} processes share ${told.shared}`);

  const stop = stopSignals((name) =>
    terminal.message?.('warning', `${name}: saving, then stopping; once more stops at once and saves nothing`),
  );
  try {
    await work({ engine, observers: [terminal], signal: stop.signal, ...(communicator && { communicator }) });
    return 0;
  } catch (error) {
    const exitCode = stop.exitCode();
    if (exitCode === undefined || !isInterruption(error)) throw error;
    context.stderr.write(`${createColors(context.color).yellow((error as Error).message)}\n`);
    return exitCode;
  } finally {
    stop.release();
    await terminal.close?.();
  }
}
