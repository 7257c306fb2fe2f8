import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@s3/interface';
import { pretrainedFolder } from '@s3/upstream';
import { parse } from 'yaml';

const weights = 'model.safetensors';

/** Settings of the section `upstream`. */
export type UpstreamSection = Parameters<typeof pretrainedFolder>[0] & { readonly [setting: string]: unknown };

/**
 * The files of a pretrained upstream; none for one that has no weights.
 *
 * @throws InputError for an upstream that is not found, or whose weights are kept otherwise than in one safetensors file
 */
export async function upstreamFiles(upstream: UpstreamSection): Promise<readonly string[]> {
  const folder = await pretrainedFolder(upstream);
  if (folder === undefined) return [];
  const names = await readdir(folder);
  if (!names.includes(weights)) {
    throw new InputError(
      folder,
      `no ${weights}`,
      'the weights of the upstream in one file of that name',
      'In Python, `model.save_pretrained(FOLDER)` writes it.',
    );
  }
  return ['config.json', 'preprocessor_config.json', weights].filter((name) => names.includes(name)).map((name) => join(folder, name));
}

/**
 * The upstream that a checkpoint names.
 *
 * @param checkpoint its folder
 * @param overrides settings that replace those of the checkpoint, by section
 */
export async function checkpointUpstream(checkpoint: string, overrides: { readonly [section: string]: unknown }): Promise<UpstreamSection> {
  // a file that is torn is said by the page, with the others
  const text = await readFile(join(checkpoint, 'config.yaml'), 'utf8').catch(() => '');
  const { upstream = { name: 'fbank' } } = { ...settingsIn(text), ...overrides } as { readonly upstream?: UpstreamSection };
  return upstream;
}

function settingsIn(text: string): { readonly upstream?: UpstreamSection } {
  try {
    return (parse(text) ?? {}) as { readonly upstream?: UpstreamSection };
  } catch {
    return {};
  }
}
