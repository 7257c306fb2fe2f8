import { InputError } from '@s3/interface';

/**
 * What the upstream is called in tables.
 *
 * @param words settings for every recipe, as on the command line
 * @throws InputError where no upstream is named
 */
export function upstreamOf(words: readonly string[]): string {
  const given = (name: string) => {
    const place = words.findIndex((word) => word === name || word.startsWith(`${name}=`));
    if (place < 0) return undefined;
    return words[place]!.includes('=') ? words[place]!.slice(name.length + 1) : words[place + 1];
  };
  const [name, path] = [given('--upstream.name'), given('--upstream.path')];
  if (name !== undefined) return path === undefined ? name : path;
  throw new InputError(
    'command line',
    'no upstream',
    '--upstream.name',
    'Say which upstream is to be judged, such as --upstream.name hubert_base.',
  );
}

/**
 * Makes sure that there are settings alone, and that the corpus of every task stays what its benchmark says: a fold that is named for
 * all of them would be run again and again.
 *
 * @param words settings for every recipe, as on the command line
 * @throws InputError for a word that belongs to no setting, and for a setting of the corpus
 */
export function checkWords(words: readonly string[], remedy: string): void {
  if (words[0] !== undefined && !words[0].startsWith('--')) {
    throw new InputError(
      'command line',
      `'${words[0]}'`,
      'settings as --section.name VALUE',
      'Put two dashes before a name, or leave it out.',
    );
  }
  const word = words.find((one) => /^--(corpus|prepare_data)(\.|=|$)/.test(one));
  if (word === undefined) return;
  throw new InputError('command line', word.split('=')[0]!, 'settings that are the same for every task', remedy);
}

/** @throws InputError for a name that is not among those known */
export function refuseUnknown(option: string, names: readonly string[], known: readonly string[]): void {
  const stranger = names.find((name) => !known.includes(name));
  if (stranger !== undefined) throw new InputError(option, `'${stranger}'`, `names among ${known.join(', ')}`, 'Correct it.');
}
