import type { AnyTaskRecipe } from '@s3/interface';
import { type Checkpoint, checksum } from '@s3/trainer/memory';
import type { PageSettings } from '../page-settings.ts';

/** What makes of a voice the numbers that it is known by, as hashes: two that differ in any of them hear differently. */
export interface HeardBy {
  /** of the checkpoint's weights */
  readonly weights: string;
  /** of the files of the upstream that it listens through; null for one that has none */
  readonly upstream: string | null;
  /** of the settings of its parts */
  readonly settings: string;
}

/** where its files lie and how it computes; which one it is, is said by the files themselves */
const placesOfUpstream = ['path', 'cache', 'engine'];

/**
 * What hears in a checkpoint, by its content: what it is called, at which step it was saved and how its task scores make no difference.
 *
 * @param upstream hashes of the upstream's files by their addresses
 */
export function heardBy(
  { name, partNames }: Pick<AnyTaskRecipe, 'name' | 'partNames'>,
  { files, config }: Pick<Checkpoint, 'files' | 'config'>,
  overrides: PageSettings['overrides'],
  upstream: ReadonlyMap<string, string>,
): HeardBy {
  const hasFiles = upstream.size > 0;
  const left = new Set(hasFiles ? [...placesOfUpstream, 'name'] : placesOfUpstream);
  const settings = partNames
    .filter((part) => part !== 'task')
    .map((part) => {
      const chosen = { ...(config[part] as object), ...(overrides[part] as object) };
      return [part, part === 'upstream' ? Object.fromEntries(Object.entries(chosen).filter(([key]) => !left.has(key))) : chosen];
    });
  return {
    weights: files['model.safetensors'] ?? '',
    upstream: hasFiles ? checksum(canonical([...upstream].sort())) : null,
    settings: checksum(canonical([name, settings])),
  };
}

/** JSON in which the order of names makes no difference. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? Object.fromEntries(Object.entries(inner).sort()) : inner,
  );
