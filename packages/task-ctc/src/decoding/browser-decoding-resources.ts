import { InputError } from '@s3/interface';
import type { DecoderSettings } from './decoder-settings.ts';
import type { DecodingResources } from './decoding-resources.ts';

/**
 * What a decoder is given beside its settings in a browser, which reads no files by their path: nothing.
 *
 * @throws InputError for a decoder with a language model or a lexicon
 */
export async function readDecodingResources(
  _: unknown,
  { type, lm, lexicon }: Pick<DecoderSettings, 'type' | 'lm' | 'lexicon'>,
): Promise<DecodingResources> {
  if (type === 'greedy' || (lm === null && lexicon === null)) return {};
  throw new InputError(
    `setting task.decoder.${lm === null ? 'lexicon' : 'lm'}`,
    `the file ${lm ?? lexicon}`,
    'a decoder without files, since pages read none by their path',
    'Serve the checkpoint with --task.decoder.type greedy, or use `s3 predict`.',
  );
}
