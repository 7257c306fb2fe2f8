import type { Tokenizer } from '@s3/interface';
import { arpaModel } from './arpa-model.ts';
import type { DecoderSettings } from './decoder-settings.ts';
import type { DecodingResources } from './decoding-resources.ts';
import { fetchedLines } from './fetched-lines.ts';
import { lexiconSpellings } from './lexicon-spellings.ts';
import { wordSpelling } from './word-spelling.ts';

/**
 * Fetches the language model and the lexicon that a beam search is to use, in a browser: `lm` and `lexicon` are addresses, relative ones start from the page.
 *
 * @throws InputError for files that do not arrive or are damaged, with the line
 */
export async function readDecodingResources(
  { tokenizer }: { readonly tokenizer: Tokenizer },
  { type, lm, lexicon }: Pick<DecoderSettings, 'type' | 'lm' | 'lexicon'>,
): Promise<DecodingResources> {
  if (type === 'greedy') return {};
  return {
    ...(lm !== null && { languageModel: await arpaModel(lm, fetchedLines(lm)) }),
    ...(lexicon !== null && { lexicon: await lexiconSpellings(lexicon, fetchedLines(lexicon), wordSpelling(tokenizer)) }),
  };
}
