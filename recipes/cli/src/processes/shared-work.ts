import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Communicator, EngineInfo } from '@s3/interface';
import type { RunObserver } from '@s3/trainer';

/** Says on what the work is done, and by how many. */
export function announceWork(observer: RunObserver, { library, reason }: EngineInfo, { size }: Communicator): void {
  observer.message?.('info', `engine: ${library} (${reason})`);
  if (size > 1) observer.message?.('info', `${size} processes share the work; the progress shown is that of the first`);
}

/** By which processes know that they have the same utterances. */
export function checksumOf(ids: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(ids)).digest('hex').slice(0, 16);
}

/** What has become of it, in a line. */
export function outcomeText(
  made: string,
  { found, complete }: { readonly found: number; readonly complete: boolean },
  folder: string,
): string {
  const there = found === 0 ? '' : `, ${found} were there`;
  const rest = complete ? `all is listed in ${join(folder, 'manifest.csv')}` : 'other shares are still to be made';
  return `${made}${there}; ${rest}\n`;
}
