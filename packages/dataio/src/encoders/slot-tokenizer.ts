import { InputError } from '@s3/interface';
import type { SubwordTokenizerData } from './subword-tokenizer.ts';
import { endId, spokenIds, type TextTokenizer, type TextTokenizerData, unknownId } from './text-tokenizer.ts';
import { stripText } from './text-vocabulary.ts';

type WordTokenizerData = TextTokenizerData | SubwordTokenizerData;

/** A tokenizer with marks of slots as plain data; `slots` are their names, in the order of the marks' ids. */
export type SlotTokenizerData = WordTokenizerData & { readonly slots: readonly string[] };

/**
 * Adds marks of slots to a tokenizer: after its own tokens come `B-city` and `E-city`, and so on for each slot.
 *
 * Texts have marks around the words of a slot: `to B-city new york E-city now`, as `slotText` writes them and the metrics of slots read
 * them. Characters are encoded as S3PRL's CharacterSlotTokenizer does, without a space between a mark and its words; anything
 * else word by word, as its SubwordSlotTokenizer does, whose decoder loses the words behind the last slot.
 *
 * @throws InputError for a slot twice or without a name
 */
export function slotTokenizer(words: TextTokenizer<WordTokenizerData>, slots: readonly string[]): TextTokenizer<SlotTokenizerData> {
  const bad = slots.find((slot, index) => !/^\S+$/.test(slot) || slots.indexOf(slot) !== index);
  if (bad !== undefined) {
    throw new InputError('slots', `the slot '${bad}'`, 'each slot once, a name without spaces', 'Mend the slots.');
  }
  const marks = slots.flatMap((slot) => [`B-${slot}`, `E-${slot}`]);
  const tokens = [...words.tokens, ...marks];
  const idOfMark = new Map(marks.map((mark, index) => [mark, words.size + index]));
  const isSpelt = words.data.type === 'character';
  const spelt = (text: string) => words.encode(text).slice(0, -1);
  const space = words.tokens.indexOf(' ');
  const spaceIds = isSpelt ? [space < 0 ? unknownId : space] : [];
  const partsOf = (text: string) => stripText(text).split(/ +/);

  return {
    size: tokens.length,
    tokens: Object.freeze(tokens),
    data: { ...words.data, slots: [...slots] },
    unknown: (text) =>
      words.unknown(
        partsOf(text)
          .filter((part) => !idOfMark.has(part))
          .join(' '),
      ),
    encode(text) {
      const ids: number[] = [];
      let afterWord = false;
      for (const part of partsOf(text)) {
        const mark = idOfMark.get(part);
        const closes = mark !== undefined && part.startsWith('E-');
        if (afterWord && !closes) ids.push(...spaceIds);
        ids.push(...(mark === undefined ? spelt(part) : [mark]));
        afterWord = mark === undefined || closes;
      }
      return [...ids, endId];
    },
    decode(tokenIds) {
      const pieces: string[] = [];
      let stretch: number[] = [];
      const flush = () => {
        if (stretch.length > 0) pieces.push(words.decode(stretch));
        stretch = [];
      };
      for (const id of spokenIds(tokenIds, tokens.length)) {
        if (id < words.size) stretch.push(id);
        else {
          flush();
          const mark = tokens[id]!;
          if (isSpelt) pieces.push(mark.startsWith('B-') ? `${mark} ` : ` ${mark}`);
          else pieces.push(mark);
        }
      }
      flush();
      return pieces.join(isSpelt ? '' : ' ');
    },
  };
}

/**
 * Words with their slots as one text, with marks around the words of each slot: `to B-city new york E-city now`.
 *
 * Tags are those of Audio SNIPS, the slot of each word or `O`, where the same slot twice in a row is one; or IOB, where `B-` begins one.
 *
 * @param tags one for each word
 */
export function slotText(words: readonly string[], tags: readonly string[]): string {
  const parts: string[] = [];
  let open: string | undefined;
  const close = () => {
    if (open !== undefined) parts.push(`E-${open}`);
    open = undefined;
  };
  words.forEach((word, index) => {
    const tag = tags[index]!;
    const slot = slotOf(tag);
    if (slot !== open || tag.startsWith('B-')) {
      close();
      if (slot !== undefined) parts.push(`B-${slot}`);
      open = slot;
    }
    parts.push(word);
  });
  close();
  return parts.join(' ');
}

/** The slot of a tag: `city` of `city`, `B-city` or `I-city`; none of `O`. */
export function slotOf(tag: string): string | undefined {
  return tag === 'O' ? undefined : tag.replace(/^[BI]-/, '');
}
