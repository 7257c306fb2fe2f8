import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** A native engine that the installer made. */
export interface InstalledNative {
  readonly directory: string;
  /** version of TensorFlow's C library */
  readonly libtensorflow: string;
  /** made for CUDA */
  readonly gpu: boolean;
}

/** Where this user's engines lie: `$XDG_CACHE_HOME/s3/engine`, or `~/.cache/s3/engine`. */
export function engineCacheDir(): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 's3', 'engine');
}

/** The installed native engines, the one for GPUs first: without a driver it computes on the CPU. */
export function installedNatives(cacheDir = engineCacheDir()): InstalledNative[] {
  return [true, false].flatMap((gpu) => {
    const directory = join(cacheDir, nativeName(gpu));
    const found = readInstalled(directory);
    return found ? [found] : [];
  });
}

/** Folder of an engine within the cache; machines of several kinds may share a home directory. */
export const nativeName = (gpu: boolean): string => `native-${gpu ? 'gpu' : 'cpu'}-${process.platform}-${process.arch}`;

/** Written last, so that what has it is whole. */
export const markerFile = 'installed.json';

/** Raised when what the installer makes changes, so that older ones are made again. */
export const installedFormat = 1;

export function readInstalled(directory: string): InstalledNative | undefined {
  const file = join(directory, markerFile);
  if (!existsSync(file)) return undefined;
  try {
    const { format, libtensorflow, gpu } = JSON.parse(readFileSync(file, 'utf8')) as {
      format: number;
      libtensorflow: string;
      gpu: boolean;
    };
    return format === installedFormat ? { directory, libtensorflow, gpu } : undefined;
  } catch {
    return undefined;
  }
}
