import { type Corpus, InputError } from '@s3/interface';
import { pairedFiles } from './paired-files.ts';

/** Speakers of the training set that SUPERB validates on. */
const validSpeakers = ['p226', 'p287'];

/**
 * VoiceBank-DEMAND for enhancement: noisy recordings of 28 speakers with the clean ones, two of the speakers to validate on, two others to test, as SUPERB does.
 *
 * Folders are those of the 16 kHz copy (`noisy_testset_wav_16k`) or of the published one at 48 kHz, which is resampled when it is read.
 *
 * Valentini-Botinhao et al., "Investigating RNN-based speech enhancement methods for noise-robust Text-to-Speech", 2016.
 *
 * @param root folder with `noisy_trainset_28spk_wav_16k` and its like
 * @throws InputError as `pairedFiles` does; where either set of speakers is missing
 */
export async function prepareVoiceBank(root: string): Promise<Corpus> {
  const set = (name: string) =>
    pairedFiles({
      root,
      mixtures: [`noisy_${name}_wav_16k`, `noisy_${name}_wav`],
      sources: { clean: [`clean_${name}_wav_16k`, `clean_${name}_wav`] },
    });
  const listed = await set('trainset_28spk');
  const isValid = ({ id }: { readonly [column: string]: string }) => validSpeakers.some((speaker) => id!.startsWith(speaker));
  const [train, valid] = [listed.filter((row) => !isValid(row)), listed.filter(isValid)];
  if (train.length === 0 || valid.length === 0) {
    throw new InputError(
      root,
      `${train.length} recordings to train on and ${valid.length} of the speakers ${validSpeakers.join(' and ')}, to validate on`,
      'both',
      'Unpack the training set whole, or name csv files of your own.',
    );
  }
  return { train, valid, tests: { test: await set('testset') } };
}
