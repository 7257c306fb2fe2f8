import { statfs } from 'node:fs/promises';
import type { AnyTask, Problem, WaveformModel } from '@s3/interface';
import type { RunObserver } from './observer.ts';

/** Says how much hidden states on disk will take before any is written, and warns where there is less room or no use. */
export async function announceCache(
  task: AnyTask,
  { train, valid, tests }: Problem,
  observer: Required<Pick<RunObserver, 'message'>>,
): Promise<void> {
  const { cache } = task.model as Pick<WaveformModel<unknown>, 'cache'>;
  if (!cache) return;
  const { folder, maxBytes, bytesPerSecond } = cache;
  // splits may share their batches, which are kept once
  const splits = new Set([train, valid, ...Object.values(tests)].flatMap((split) => (split ? [split.batches] : [])));
  const seconds = [...splits].map(({ audioSeconds }) => audioSeconds);
  const known = seconds.every((value) => value !== undefined);
  const bytes = seconds.reduce((sum: number, value) => sum + (value ?? 0), 0) * bytesPerSecond;
  const hours = seconds.reduce((sum: number, value) => sum + (value ?? 0), 0) / 3600;
  const amount = known
    ? `about ${sizeOf(bytes)} for all splits once (${hours.toPrecision(2)} h of audio), `
    : `${sizeOf(bytesPerSecond * 3600)} for each hour of audio, `;
  observer.message('info', `hidden states are kept in ${folder}: ${amount}at most ${sizeOf(maxBytes)}`);

  if (train?.batches.varies) {
    observer.message(
      'warning',
      'training takes other samples of its recordings in every epoch (crops at random places, augmentation), so that their hidden states are kept but never asked for again; train on whole utterances (trainData.maxSeconds null, no augmentation), or leave upstream.cache out',
    );
  }
  const free = await statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => Number.POSITIVE_INFINITY,
  );
  if (bytes > free)
    observer.message('warning', `${folder} has only ${sizeOf(free)} left on its disk: what does not fit is computed every time`);
  if (bytes > maxBytes) {
    observer.message(
      'warning',
      `hidden states of all splits do not fit into ${sizeOf(maxBytes)}: those used least recently make room, so that an epoch may find none of the last; raise upstream.cacheGigabytes, or read fewer layers with featurizer.layerSelections`,
    );
  }
}

function sizeOf(bytes: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  return `${(bytes / 1000 ** power).toPrecision(3)} ${units[power]}`;
}
