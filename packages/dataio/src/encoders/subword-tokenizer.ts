import { InputError, type Json } from '@s3/interface';
import { parseSentencePieceModel } from './sentencepiece-model.ts';
import { endId, specialTokens, spokenIds, type TextTokenizer, unknownId } from './text-tokenizer.ts';
import { stripText } from './text-vocabulary.ts';

/** A tokenizer of subwords as plain data: a SentencePiece model in base64, or what a `tokenizer.json` of Hugging Face holds. */
export type SubwordTokenizerData =
  | { readonly type: 'subword'; readonly sentencepiece: string }
  | { readonly type: 'subword'; readonly huggingFace: { readonly [key: string]: Json } };

/** How to make a vocabulary of subwords with the ids that S3PRL wants; nothing on npm trains one. */
export const subwordTrainingCommand =
  'spm_train --input=transcriptions.txt --model_prefix=subwords --vocab_size=1000 --model_type=unigram --pad_id=0 --eos_id=1 --unk_id=2 --bos_id=-1 --eos_piece="<eos>"';

/**
 * Subwords with the ids of S3PRL: `<pad>` 0 (the blank of CTC), `<eos>` 1, `<unk>` 2, then the pieces in the order of the model.
 *
 * A SentencePiece model that was trained with these ids, as S3PRL demands, keeps all of them. Of any other model, pieces for padding,
 * beginning and end are left out and the rest is numbered anew. Texts are encoded to the same pieces as by the original libraries,
 * and `<eos>` is appended.
 *
 * Kudo, Richardson, "SentencePiece", 2018.
 *
 * @param name what errors call the model
 * @throws InputError for a model that is damaged, or of a kind that is not known
 */
export async function subwordTokenizer(
  data: SubwordTokenizerData,
  name = 'the vocabulary of subwords',
): Promise<TextTokenizer<SubwordTokenizerData>> {
  const { type } = data;
  const model = 'sentencepiece' in data ? await sentencePieces(data.sentencepiece, name) : await huggingFacePieces(data.huggingFace, name);
  const tokens = [...specialTokens, ...model.kept.map((id) => model.pieceOf(id))];
  const ownId = new Map(model.kept.map((id, index) => [id, index + specialTokens.length]));
  const idsOf = (text: string) => model.encode(text).map((id) => ownId.get(id) ?? unknownId);
  return {
    size: tokens.length,
    tokens: Object.freeze(tokens),
    data: 'sentencepiece' in data ? { type, sentencepiece: data.sentencepiece } : { type, huggingFace: data.huggingFace },
    unknown(text) {
      const stripped = stripText(text);
      if (!idsOf(stripped).includes(unknownId)) return [];
      const characters = Array.from(stripped).filter((character) => idsOf(character).includes(unknownId));
      return characters.length > 0 ? characters : [stripped];
    },
    encode: (text) => [...idsOf(stripText(text)), endId],
    decode: (tokenIds) => model.decode(spokenIds(tokenIds, tokens.length).map((id) => (id === unknownId ? null : model.kept[id - 3]!))),
  };
}

interface Pieces {
  /** the model's own ids that get one here, in order */
  readonly kept: readonly number[];
  readonly pieceOf: (id: number) => string;
  readonly encode: (text: string) => readonly number[];
  /** null is what is unknown */
  readonly decode: (ids: readonly (number | null)[]) => string;
}

export const subwordFiles = 'a .model file of SentencePiece, or a tokenizer.json of Hugging Face';

async function sentencePieces(base64: string, name: string): Promise<Pieces> {
  const refuse = (reason: string, cause?: unknown) =>
    new InputError(
      name,
      `no SentencePiece model (${reason})`,
      subwordFiles,
      `Check that it was copied whole; to train one: ${subwordTrainingCommand}`,
      {
        cause,
      },
    );
  let head: ReturnType<typeof parseSentencePieceModel>;
  try {
    head = parseSentencePieceModel(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));
  } catch (cause) {
    throw refuse((cause as Error).message, cause);
  }
  const { SentencePieceProcessor } = await import('@sctg/sentencepiece-js');
  const processor = new SentencePieceProcessor();
  await processor.loadFromB64StringModel(base64);
  const status = String(processor.processor.status().ToString());
  if (status !== 'OK') throw refuse(status);
  const { pieces, padId, bosId, eosId, unkId } = head;
  return {
    kept: pieces.map((_, id) => id).filter((id) => ![padId, bosId, eosId, unkId].includes(id)),
    pieceOf: (id) => pieces[id]!,
    encode: (text) => processor.encodeIds(text),
    decode: (ids) => processor.decodeIds(Int32Array.from(ids, (id) => id ?? unkId)),
  };
}

async function huggingFacePieces(json: { readonly [key: string]: Json }, name: string): Promise<Pieces> {
  const model = json['model'] as
    | { readonly type?: string; readonly unk_token?: string | null; readonly unk_id?: number | null }
    | undefined;
  const kind = model?.type ?? 'none';
  if (!['BPE', 'Unigram', 'WordPiece'].includes(kind)) {
    const remedy = kind === 'WordLevel' ? 'For whole words take tokenizer.type word.' : 'Save it anew with the tokenizers library.';
    throw new InputError(name, `a tokenizer.json with the model '${kind}'`, 'BPE, Unigram or WordPiece', remedy);
  }
  const { Tokenizer } = await import('@huggingface/tokenizers');
  let tokenizer: InstanceType<typeof Tokenizer>;
  let vocabulary: Map<string, number>;
  try {
    tokenizer = new Tokenizer(json, {});
    vocabulary = tokenizer.get_vocab(true);
    tokenizer.encode('a', { add_special_tokens: false });
  } catch (cause) {
    throw new InputError(
      name,
      `a tokenizer.json that cannot be used (${(cause as Error).message})`,
      subwordFiles,
      'Save it anew, or copy it again.',
      {
        cause,
      },
    );
  }
  const pieceOf = new Map([...vocabulary].map(([piece, id]) => [id, piece]));
  const unkId = model?.unk_id ?? (model?.unk_token ? vocabulary.get(model.unk_token) : undefined) ?? null;
  const special = new Set([...tokenizer.get_added_tokens_decoder()].flatMap(([id, token]) => (token.special ? [id] : [])));
  const decodeKnown = (ids: number[]) =>
    ids.length === 0 ? '' : tokenizer.decode(ids, { skip_special_tokens: false, clean_up_tokenization_spaces: false });
  return {
    kept: [...pieceOf.keys()].sort((one, other) => one - other).filter((id) => id !== unkId && !special.has(id)),
    pieceOf: (id) => pieceOf.get(id)!,
    encode: (text) => tokenizer.encode(text, { add_special_tokens: false }).ids,
    decode(ids) {
      if (unkId !== null) return decodeKnown(ids.map((id) => id ?? unkId));
      // such a model leaves out what it does not know; here it shows
      const stretches: number[][] = [[]];
      for (const id of ids) {
        if (id === null) stretches.push([]);
        else stretches.at(-1)!.push(id);
      }
      return stretches.map(decodeKnown).join('<unk>');
    },
  };
}
