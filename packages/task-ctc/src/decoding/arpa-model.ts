import { InputError } from '@s3/interface';
import { type NgramModel, ngramModelBuilder } from './ngram-model.ts';

/**
 * An n-gram model from the lines of an ARPA file, in groups.
 *
 * @param path of the file, for messages
 * @throws InputError for lines that are no ARPA file
 */
export async function arpaModel(path: string, lines: AsyncIterable<readonly string[]>): Promise<NgramModel> {
  const parser = arpaParser(path);
  for await (const group of lines) for (const line of group) parser.read(line);
  return parser.end();
}

/** A number of n-grams that the head of the file announces. */
interface Announcement {
  readonly count: number;
  readonly line: number;
}

function arpaParser(path: string): { readonly read: (line: string) => void; readonly end: () => NgramModel } {
  const builder = ngramModelBuilder();
  const announced: Announcement[] = [];
  let number = 0;
  /** before the head, in the head, in the section of so many words, after the end */
  let place: 'before' | 'head' | number | 'after' = 'before';
  let found = 0;

  const wrong = (what: string, expected: string, remedy = 'Mend the line, or make the file again.'): InputError =>
    new InputError(`${path}, line ${number}`, what, expected, remedy);
  const shown = (line: string) => `'${(line.length > 60 ? `${line.slice(0, 57)}...` : line).replaceAll('\t', ' ')}'`;

  function closeSection(next: string): void {
    if (place === 'head' && announced.length === 0) throw wrong(next, "counts such as 'ngram 1=1000' after \\data\\");
    if (typeof place === 'number') {
      const { count, line } = announced[place - 1]!;
      if (found !== count) {
        throw wrong(
          `the end of ${found} ${place}-grams`,
          `${count}, as line ${line} announces`,
          'The file is damaged; make or download it again.',
        );
      }
    }
    const following = typeof place === 'number' ? place + 1 : 1;
    const expected = following <= announced.length ? `\\${following}-grams:` : '\\end\\';
    if (next !== expected) {
      const announcement = announced[following - 1];
      throw wrong(shown(next), announcement ? `${expected}, the section that line ${announcement.line} announces` : expected);
    }
    place = following <= announced.length ? following : 'after';
    found = 0;
  }

  function readCount(line: string): void {
    const match = /^ngram (\d+)\s*=\s*(\d+)$/.exec(line);
    if (!match) throw wrong(shown(line), "a count such as 'ngram 1=1000', or \\1-grams:");
    if (Number(match[1]) !== announced.length + 1) throw wrong(shown(line), `the count of the ${announced.length + 1}-grams`);
    announced.push({ count: Number(match[2]), line: number });
  }

  function readNgram(line: string, order: number): void {
    const [probability, ...fields] = line.split(/[\t ]+/);
    const words = fields.slice(0, order);
    const isHighest = order === announced.length;
    const form = `a decimal logarithm, ${order === 1 ? 'a word' : `${order} words`}${isHighest ? '' : ' and, where it has one, a back-off weight'}`;
    if (words.length < order || fields.length > order + 1) throw wrong(shown(line), form);
    const [log, backoff] = [Number(probability), Number(fields[order] ?? 0)];
    if (probability === '' || Number.isNaN(log) || Number.isNaN(backoff)) throw wrong(shown(line), form);
    if (log > 0) throw wrong(`the probability 10^${probability}`, 'a logarithm of at most 0');
    if (isHighest && backoff !== 0) throw wrong(`a back-off weight of ${backoff} in a ${order}-gram`, 'none, since no n-gram is longer');
    const problem = builder.add(words, log, backoff);
    if (problem !== undefined) throw wrong(problem, 'n-grams of known words, each once, whose first words are an n-gram too');
    found += 1;
  }

  return {
    read(line) {
      number += 1;
      if (place === 'after') return;
      if (place === 'before') {
        if (number === 1 && line.startsWith('mmap lm http://kheafield.com/code')) {
          throw wrong('a binary model of KenLM', 'an ARPA file', 'Give the ARPA file that it was built from.');
        }
        // SRILM may write remarks before it
        if (line.trim() === '\\data\\') place = 'head';
        else if (number > 1000) throw wrong(shown(line), '\\data\\, which begins an ARPA file', 'Check that it is a language model.');
        return;
      }
      const text = line.trim();
      if (text === '') return;
      if (text.startsWith('\\') && (/^\\\d+-grams:$/.test(text) || text === '\\end\\')) closeSection(text);
      else if (place === 'head') readCount(text);
      else readNgram(text, place);
    },
    end() {
      if (place !== 'after') {
        throw new InputError(
          `${path}, line ${number}`,
          'the end of the file',
          place === 'before' ? '\\data\\, which begins an ARPA file' : '\\end\\, which ends an ARPA file',
          'The file is no language model, or was cut short; make or download it again.',
        );
      }
      const missing = ['<s>', '</s>'].filter((word) => !builder.ids.has(word));
      if (missing.length > 0) {
        throw new InputError(
          path,
          `no ${missing.join(' and ')} among the 1-grams`,
          'both ends of a sentence',
          'Make the model of whole sentences.',
        );
      }
      return builder.build(announced.length);
    },
  };
}
