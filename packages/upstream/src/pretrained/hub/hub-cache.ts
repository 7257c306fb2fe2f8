import { access, mkdir, readFile, rename, stat, symlink, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, relative } from 'node:path';

/** The folder that all programs which use Hugging Face models share. */
export function hubCacheFolder(): string {
  const { HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE } = process.env;
  return HF_HUB_CACHE || HUGGINGFACE_HUB_CACHE || join(hubHome(), 'hub');
}

function hubHome(): string {
  return process.env['HF_HOME'] || join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'huggingface');
}

/** Whether the environment forbids the network. */
export function isOffline(): boolean {
  return ['HF_HUB_OFFLINE', 'TRANSFORMERS_OFFLINE'].some((name) => /^(1|true|yes|on)$/i.test(process.env[name] ?? ''));
}

/** The user's token: `HF_TOKEN`, or the one that `hf auth login` keeps. */
export async function hubToken(): Promise<string | undefined> {
  const given = process.env['HF_TOKEN'] || (await text(process.env['HF_TOKEN_PATH'] || join(hubHome(), 'token')));
  return given?.trim() || undefined;
}

/** Where a model's files lie in the cache, as Python's `huggingface_hub` lays them out. */
export interface CachedModel {
  readonly folder: string;
  readonly blob: (hash: string) => string;
  readonly snapshot: (commit: string) => string;
  /** the commit that `main` was at when it was fetched last */
  readonly commit: () => Promise<string | undefined>;
  readonly setCommit: (commit: string) => Promise<void>;
  /** shows a blob in a snapshot under its file name */
  readonly link: (commit: string, file: string, hash: string) => Promise<void>;
}

export function cachedModel(id: string): CachedModel {
  const folder = join(hubCacheFolder(), `models--${id.replaceAll('/', '--')}`);
  const reference = join(folder, 'refs', 'main');
  const blob = (hash: string) => join(folder, 'blobs', hash);
  const snapshot = (commit: string) => join(folder, 'snapshots', commit);
  return {
    folder,
    blob,
    snapshot,
    async commit() {
      const commit = (await text(reference))?.trim();
      return commit && /^[0-9a-f]{40}$/.test(commit) ? commit : undefined;
    },
    async setCommit(commit) {
      await mkdir(dirname(reference), { recursive: true });
      // renamed into place, so that no reader sees half a name
      await writeFile(`${reference}.${process.pid}`, commit);
      await rename(`${reference}.${process.pid}`, reference);
    },
    async link(commit, file, hash) {
      const path = join(snapshot(commit), file);
      await mkdir(dirname(path), { recursive: true });
      await symlink(relative(dirname(path), blob(hash)), path).catch(async (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      });
    },
  };
}

const text = (path: string) => readFile(path, 'utf8').catch(() => undefined);

/** Whether there is something at this path, links followed. */
export function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Whether there is a file at this path, links followed. */
export function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
