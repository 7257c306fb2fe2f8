import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@s3/interface';
import { pretrainedFolder } from '@s3/upstream';
import { parse } from 'yaml';

const weights = 'model.safetensors';

/**
 * The files of the pretrained upstream that a checkpoint names; none where it has none.
 *
 * @param checkpoint its folder
 * @param overrides settings that replace those of the checkpoint, by section
 * @throws InputError for an upstream that is not found, or whose weights are kept otherwise than in one safetensors file
 */
export async function upstreamFiles(checkpoint: string, overrides: { readonly [section: string]: unknown }): Promise<readonly string[]> {
  // a file that is torn is said by the page, with the others
  const text = await readFile(join(checkpoint, 'config.yaml'), 'utf8').catch(() => '');
  const { upstream = { name: 'fbank' } } = { ...settingsIn(text), ...overrides } as { readonly upstream?: object };
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

function settingsIn(text: string): { readonly upstream?: object } {
  try {
    return (parse(text) ?? {}) as { readonly upstream?: object };
  } catch {
    return {};
  }
}
