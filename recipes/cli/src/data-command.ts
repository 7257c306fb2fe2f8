import type { CommandLineOptions } from '@s3/trainer/command-line';
import { type Command, InvalidArgumentError } from 'commander';

type Program = Pick<CommandLineOptions, 'stdout' | 'stderr'>;

/** Adds `s3 data mix`: recordings of several speakers out of recordings of one. */
export function addDataCommand(program: Command, { stdout, stderr }: Program): void {
  program
    .command('data')
    .helpGroup('Encoders, data and scores:')
    .summary('make recordings of several speakers out of recordings of one each')
    .description('make training data')
    .command('mix')
    .description('make recordings of several speakers, with who speaks when, out of recordings of one speaker each')
    .requiredOption('--speech <csv>', 'recordings of one speaker each: id, wav_path, speaker (or spk)')
    .requiredOption('--out <folder>', 'where the mixtures go')
    .option('--mixtures <count>', 'how many to make', number, 100)
    .option('--minSpeakers <count>', 'speakers of a mixture, at least', number, 2)
    .option('--maxSpeakers <count>', 'speakers of a mixture, at most; drawn anew for each', number, 2)
    .option('--turnsPerSpeaker <count>', 'recordings that each speaker says in a mixture', number, 4)
    .option('--overlapRatio <share>', 'share of the time with speech in which more than one speaks, 0 to 1', number, 0.2)
    .option('--pauseSeconds <seconds>', 'mean of the pauses between turns that do not overlap', number, 0.5)
    .option('--noise <path>', 'noise to add: an audio file, or a folder of which one is drawn for each mixture; none unless given')
    .option('--minSnrDecibels <decibels>', 'speech over noise, at least', number, 5)
    .option('--maxSnrDecibels <decibels>', 'speech over noise, at most; drawn anew for each mixture', number, 20)
    .option(
      '--alone',
      'also write what each speaker says alone, for superb-ss and superb-se; --minSpeakers and --maxSpeakers are one number then',
      false,
    )
    .option('--sampleRate <hertz>', 'of the mixtures; recordings of another rate are resampled', number, 16_000)
    .option('--seed <number>', 'the same seed, settings and recordings make the same mixtures, to the byte', number, 0)
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
OUT gets, each file whole or not at all:
  wav/mix_00000.wav, ...  the mixtures, 16 bits; scaled down as a whole where they would clip
  mixtures.csv            record_id, wav_path, utt_id, speaker, start_sec, end_sec, duration: what --corpus.train takes
  mixtures.rttm           the same segments as RTTM
  kaldi/                  and as a Kaldi data directory: wav.scp, segments, utt2spk, spk2utt, reco2dur
  mixtures.json           the settings they were made with
  s1/, s2/, ...           with --alone: each speaker of the mixture of that name, alone; clean/ where there is one speaker
  sources.csv             with --alone: id, wav_path, wav_path_s1, wav_path_s2, ... (or wav_path_clean)
Run again with the same settings it goes on where it stopped; with more --mixtures it adds to them.

Speakers take turns: about every other turn (more for a high ratio) runs into the end of the speech before it, as far as brings
the mixture to its overlap ratio, and the others come after a pause. Nobody speaks twice at once. A recording counts as speech from its beginning to
its end, so silence there should be cut off before. Speakers and recordings are drawn from the whole table: give training and
test sets tables of their own.

Examples:
  s3 data mix --speech train.csv --out mixtures/train --mixtures 2000
  s3 data mix --speech test.csv --out mixtures/test --mixtures 200 --maxSpeakers 3 --overlapRatio 0.4 --seed 1
  s3 data mix --speech train.csv --out mixtures/noisy --noise musan/noise --minSnrDecibels 0 --maxSnrDecibels 15
  s3 data mix --speech train.csv --out mixtures/pairs --alone --turnsPerSpeaker 1 --overlapRatio 1 --pauseSeconds 0
  s3 run superb-sd --corpus.train mixtures/train/mixtures.csv --corpus.tests mixtures/test/mixtures.csv ...`,
    )
    .action(async ({ speech, out, json, ...settings }: MixOptions) => {
      const [{ makeMixtures, readTable, resolveWavPaths }, { formatDuration, terminalObserver }] = await Promise.all([
        import('@s3/dataio'),
        import('@s3/trainer'),
      ]);
      const observer = terminalObserver({ stream: stderr });
      const table = resolveWavPaths(await readTable(speech, { columns: ['id', 'wav_path'] }), speech);
      const onProgress = (label: string, done: number, total: number) => observer.progress?.({ label, done, total, unit: 'files' });
      const made = await makeMixtures({ speech: table, folder: out, onProgress }, settings);
      await observer.close?.();
      const result = {
        mixtures: made.recordings.length,
        kept: made.kept,
        seconds: made.seconds,
        overlapRatio: made.overlapRatio,
        folder: out,
      };
      if (json) return void stdout.write(`${JSON.stringify(result, null, 2)}\n`);
      const there = made.kept > 0 ? ` (${made.kept} were there)` : '';
      const overlap = `${(100 * made.overlapRatio).toFixed(1)} % of the time with speech has more than one speaker`;
      stdout.write(`${result.mixtures} mixtures in ${out}${there}: ${formatDuration(made.seconds)} of audio; ${overlap}\n`);
    });
}

interface MixOptions {
  readonly speech: string;
  readonly out: string;
  readonly json?: boolean;
  readonly [setting: string]: unknown;
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('It has to be a number.');
}
