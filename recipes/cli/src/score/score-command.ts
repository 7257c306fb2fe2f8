import type { Located, SpeakerSegment } from '@s3/dataio';
import { InputError } from '@s3/interface';
import type { CommandLineOptions } from '@s3/trainer/command-line';
import type { Command } from 'commander';
import { addScoreAsv } from './score-asv-command.ts';

type Program = Pick<CommandLineOptions, 'selectEngine' | 'stdout'>;

interface DerOptions {
  readonly reference: readonly string[];
  readonly hypothesis: readonly string[];
  readonly uem?: string;
  readonly collarSecondsPerSide: string;
  readonly skipOverlap?: boolean;
  readonly definitions: string;
  readonly json?: boolean;
}

/** Adds `s3 score der`, how well segments of speakers agree with a reference, and `s3 score asv`, how well scores tell speakers apart. */
export function addScoreCommand(program: Command, { selectEngine, stdout }: Program): void {
  const print = (text: string) => void stdout.write(`${text}\n`);
  const score = program
    .command('score')
    .helpGroup('Encoders, data and scores:')
    .summary('error rates of speaker verification and of diarization, from files')
    .description('score what any program has written, without a recipe');
  addScoreAsv(score, { selectEngine, stdout });
  score
    .command('der')
    .description(
      'diarization error rate (DER) with its parts, and Jaccard error rate (JER), of RTTM files: per recording and overall, from the times of segments',
    )
    .requiredOption('--reference <files...>', 'RTTM files that say who speaks when')
    .requiredOption('--hypothesis <files...>', 'RTTM files to be scored; speakers may have any names')
    .option('--uem <file>', 'UEM file: only its regions are scored, and only recordings that it names')
    .option(
      '--collarSecondsPerSide <seconds>',
      "seconds not scored before and again after each reference boundary, as md-eval's -c; half of pyannote's collar",
      '0',
    )
    .option('--skipOverlap', 'leave out where more than one reference speaker speaks')
    .option('--definitions <whose>', "pyannote or dscore, where pyannote.metrics' and dscore's (md-eval's) differ", 'pyannote')
    .option('--json', 'print the result as JSON; rates are fractions')
    .addHelpText('after', '\nExample:\n  s3 score der --reference test.rttm --hypothesis hypothesis.rttm --collarSecondsPerSide 0.25')
    .action(async (options: DerOptions) => {
      const [{ readRttm, readUem }, { scoreDiarization }] = await Promise.all([import('@s3/dataio'), import('@s3/task-diarization')]);
      const readAll = async (paths: readonly string[]) => (await Promise.all(paths.map(readRttm))).flat();
      const [reference, hypothesis] = [await readAll(options.reference), await readAll(options.hypothesis)];
      const regions = options.uem === undefined ? undefined : await readUem(options.uem);
      const named = (segments: readonly { readonly recording: string }[]) => new Set(segments.map(({ recording }) => recording));
      const [references, hypotheses] = [named(reference), named(hypothesis)];
      refuseStrangers(options, references, hypotheses, regions && named(regions));

      const report = scoreDiarization(
        { reference, hypothesis, regions },
        {
          collarSecondsPerSide: Number(options.collarSecondsPerSide),
          skipOverlap: options.skipOverlap === true,
          definitions: options.definitions as 'pyannote',
        },
      );
      const onlyReference = [...references].filter((recording) => !hypotheses.has(recording)).sort();
      const onlyHypothesis = [...hypotheses].filter((recording) => !references.has(recording)).sort();
      const ownOverlaps = { reference: overlapsOfOneSpeaker(reference), hypothesis: overlapsOfOneSpeaker(hypothesis) };
      if (options.json) return print(JSON.stringify({ ...report, onlyReference, onlyHypothesis, ownOverlaps }, null, 2));

      const { formatTable } = await import('@s3/trainer');
      const right = (title: string) => ({ title, align: 'right' as const });
      const share = (seconds: number, total: number) => (total > 0 ? percent(seconds / total) : '-');
      const row = (name: string, { der, jer, total, missed, falseAlarm, confusion }: (typeof report)['overall']) => [
        name,
        percent(der),
        share(missed, total),
        share(falseAlarm, total),
        share(confusion, total),
        percent(jer),
        total.toFixed(3),
      ];
      const columns = ['DER %', 'missed %', 'false alarm %', 'confusion %', 'JER %', 'speech s'].map(right);
      print(
        formatTable(
          ['recording', ...columns],
          [...report.recordings.map((score) => row(score.recording, score)), row('OVERALL', report.overall)],
        ),
      );
      const { collarSecondsPerSide: collar, skipOverlap, definitions } = report.settings;
      const of = regions ? `the regions of ${options.uem}` : 'all time';
      const [overlap, width] = [
        skipOverlap ? 'overlap left out' : 'overlap scored',
        `collar ${collar} s on each side (${2 * collar} s in all)`,
      ];
      print(`\n${width}, ${overlap}, ${of}, definitions of ${definitions}`);
      note('not in the UEM file and not scored', report.unscored);
      note('in the reference alone, all missed', onlyReference.filter(isScored));
      note('in the hypothesis alone, all false alarm', onlyHypothesis.filter(isScored));
      const treatment = definitions === 'dscore' ? 'merged, as dscore does' : 'each counts, as for pyannote.metrics';
      for (const [side, places] of Object.entries(ownOverlaps))
        note(`segments of one speaker that overlap in the ${side} (${treatment})`, places);

      function isScored(recording: string): boolean {
        return !report.unscored.includes(recording);
      }
      function note(what: string, recordings: readonly string[]): void {
        if (recordings.length > 0) print(`${what}: ${listed(recordings)}`);
      }
    });
}

/** Places of segments that begin before another of their speaker has ended. */
function overlapsOfOneSpeaker(segments: readonly (SpeakerSegment & Located)[]): string[] {
  const ends = new Map<string, number>();
  return [...segments]
    .sort((one, other) => one.startSeconds - other.startSeconds)
    .flatMap(({ recording, speaker, startSeconds, endSeconds, where }) => {
      const key = `${recording} ${speaker}`; // names have no spaces
      const end = ends.get(key) ?? 0;
      ends.set(key, Math.max(end, endSeconds));
      return startSeconds < end ? [where] : [];
    });
}

const percent = (rate: number) => (100 * rate).toFixed(2);

const listed = (names: readonly string[]) =>
  names.length > 10 ? `${names.slice(0, 10).join(', ')} and ${names.length - 10} more` : names.join(', ');

/** @throws InputError for files that speak of other recordings altogether, whose score would say nothing */
function refuseStrangers(
  { reference, hypothesis, uem }: DerOptions,
  references: ReadonlySet<string>,
  hypotheses: ReadonlySet<string>,
  regions: ReadonlySet<string> | undefined,
): void {
  if (references.size === 0) {
    throw new InputError(reference.join(', '), 'no segment', 'SPEAKER lines', 'Check that the file was written completely.');
  }
  for (const [files, names] of [
    [hypothesis.join(', '), hypotheses],
    [uem ?? '', regions ?? new Set<string>()],
  ] as const) {
    if (names.size === 0 || [...names].some((name) => references.has(name))) continue;
    throw new InputError(
      files,
      `the recordings ${listed([...names])}`,
      `some of the reference: ${listed([...references])}`,
      'Name the recordings alike in all files.',
    );
  }
}
