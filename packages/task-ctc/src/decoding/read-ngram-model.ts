import { arpaModel } from './arpa-model.ts';
import type { NgramModel } from './ngram-model.ts';
import { textLines } from './text-lines.ts';

/**
 * An n-gram model from an ARPA file, plain or compressed with gzip, as KenLM and SRILM write them.
 *
 * @throws InputError for a file that cannot be read or is no ARPA file, with the line
 */
export const readNgramModel = (path: string): Promise<NgramModel> => arpaModel(path, textLines(path));
