import type { Corpus } from '@s3/interface';
import { followNames } from './corpus-folder.ts';
import { pairedFiles } from './paired-files.ts';

/** Where LibriMix is, and which of its mixtures are meant. */
export interface LibriMixSource {
  /** folder with `wav16k/min`, or one with `train-100`, `dev` and `test` */
  readonly root: string;
  /** names of the sources, which are those of their folders */
  readonly sources: readonly string[];
  /** folder of the mixtures: `mix_clean` for speech alone, `mix_both` with noise */
  readonly mixture: string;
}

/**
 * LibriMix for separation: its 16 kHz mixtures, cut where the shorter source ends (`min`), trained on `train-100`, as SUPERB does.
 *
 * Cosentino et al., "LibriMix: An Open-Source Dataset for Generalizable Speech Separation", 2020.
 *
 * @throws InputError as `pairedFiles` does
 */
export async function prepareLibriMix({ root, sources, mixture }: LibriMixSource): Promise<Corpus> {
  const folder = (await followNames(root, ['wav16k', 'min'])) ?? (await followNames(root, ['min'])) ?? root;
  const set = (name: string) =>
    pairedFiles({
      root: folder,
      mixtures: [`${name}/${mixture}`],
      sources: Object.fromEntries(sources.map((source) => [source, [`${name}/${source}`]])),
    });
  return { train: await set('train-100'), valid: await set('dev'), tests: { test: await set('test') } };
}
