import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InputError } from '@s3/interface';

/** Settings of the section `task.decoder` of a task that writes text, as far as they name files. */
export interface DecoderSection {
  readonly type?: string;
  readonly lm?: string | null;
  readonly lexicon?: string | null;
}

const named = ['lm', 'lexicon'] as const;

/** The files of a decoder as a page has them. */
export interface DecoderFiles {
  /** by their address in the page */
  readonly files: ReadonlyMap<string, string>;
  /** what the settings that name them are in the page; none for a decoder without files */
  readonly settings: { readonly [Name in (typeof named)[number]]?: string };
}

/**
 * The language model and the lexicon of a beam search.
 *
 * @throws InputError for a file that is not there
 */
export async function decoderFiles(decoder: DecoderSection): Promise<DecoderFiles> {
  const files = new Map<string, string>();
  const settings: { [name: string]: string } = {};
  if (decoder.type !== 'beam') return { files, settings };
  for (const name of named) {
    const path = decoder[name];
    if (typeof path !== 'string') continue;
    const file = resolve(path);
    const found = await stat(file).catch(() => undefined);
    if (!found?.isFile()) {
      const remedy = `Give its place as --task.decoder.${name}, or serve without it: --task.decoder.${name} null`;
      throw new InputError(`setting task.decoder.${name}`, `'${path}', which is not there`, 'a file', remedy);
    }
    settings[name] = `decoder/${name}`;
    files.set(settings[name], file);
  }
  return { files, settings };
}
