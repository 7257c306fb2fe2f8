import { readFile } from 'node:fs/promises';
import { InputError, type Json } from '@s3/interface';
import { reasonOf } from '../tables/text-file.ts';
import { type SubwordTokenizerData, subwordFiles, subwordTokenizer } from './subword-tokenizer.ts';

/**
 * Reads a vocabulary of subwords: a `.model` file of SentencePiece, or a `tokenizer.json` of Hugging Face with BPE, Unigram or WordPiece.
 *
 * @throws InputError for a file that cannot be read, or is neither
 */
export async function readSubwords(path: string): Promise<SubwordTokenizerData> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new InputError(path, reasonOf(cause), subwordFiles, 'Check the path and its permissions.', { cause });
  }
  const isJson = /^\s*\{/.test(
    bytes
      .subarray(0, 64)
      .toString('latin1')
      .replace(/^\xef\xbb\xbf/, ''),
  );
  const data = isJson
    ? ({ type: 'subword', huggingFace: parseTokenizerJson(path, bytes.toString('utf8').replace(/^\uFEFF/, '')) } as const)
    : ({ type: 'subword', sentencepiece: bytes.toString('base64') } as const);
  await subwordTokenizer(data, path);
  return data;
}

function parseTokenizerJson(path: string, text: string): { readonly [key: string]: Json } {
  try {
    return JSON.parse(text) as { readonly [key: string]: Json };
  } catch (cause) {
    throw new InputError(path, `JSON with a mistake (${(cause as Error).message})`, subwordFiles, 'Copy it again.', { cause });
  }
}
