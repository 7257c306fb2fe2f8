import type { EngineName } from '@s3/interface';
import type { CommandLineOptions } from '@s3/trainer/command-line';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { positive } from '../option-values.ts';
import type { AsvOptions } from './score-asv.ts';

/** Adds `s3 score asv`: error rates of speaker verification, from embeddings or from scores. */
export function addScoreAsv(score: Command, { selectEngine, stdout }: Pick<CommandLineOptions, 'selectEngine' | 'stdout'>): void {
  score
    .command('asv')
    .description('equal error rate (EER) and least detection cost (minDCF) of speaker verification: from embeddings, or from scores')
    .option('--trials <file>', 'csv with id1, id2, label; or lines utt1*utt2 label (ESPnet), or label path1 path2 (VoxCeleb)')
    .option('--embeddings <paths...>', 'folders that s3 embed wrote, or npz files: (features) or (segments, features) by utterance id')
    .option('--scores <file>', 'instead: scores to be judged, csv with id1, id2, score, label or lines utt1*utt2 score label')
    .addOption(
      new Option('--scoring <how>', "mean cosine of all pairs of segments, or ESPnet's: minus their mean distance")
        .choices(['cosine', 'euclidean'])
        .default('cosine'),
    )
    .option('--asNorm <path>', 'embeddings of other speakers, with which scores are normalised (AS-norm)')
    .option('--topK <count>', 'how many of the best scores against them count', positive, 400)
    .option('--cohortSpeakers <file>', 'average them over speakers: csv with id, spk, or utt2spk')
    .option('--calibrate <file>', 'trials of other speakers, from which a calibration on quality measures is learnt (QMF)')
    .option('--calibrationEmbeddings <paths...>', 'embeddings of those, where --embeddings does not have them')
    .option('--targetPrior <probability>', 'how often a trial is of one speaker where the verifier is used, for minDCF', probability, 0.01)
    .addOption(
      new Option('--eer <definition>', 'where no threshold makes both errors equal: interpolated, the larger, or their mean')
        .choices(['s3prl', 'espnet', 'speechbrain'])
        .default('s3prl'),
    )
    .option('--out <folder>', 'writes the scores of each step, and the DET curve as det.svg')
    .addOption(new Option('--format <format>', 'of the written scores').choices(['csv', 'espnet']).default('csv'))
    .option('--engine <name>', 'auto, native, webgpu, wasm or cpu', 'auto')
    .option('--json', 'print the result as JSON; rates are fractions')
    .usage('--trials <file> --embeddings <paths...> | --scores <file> [options]')
    .addHelpText(
      'after',
      `
Examples:
  s3 score asv --trials trials.csv --embeddings embeddings
  s3 score asv --trials trials.csv --embeddings embeddings --scoring euclidean --asNorm cohort --cohortSpeakers train.csv --out scores
  s3 score asv --scores scores.csv --targetPrior 0.05`,
    )
    .action(async (options: AsvOptions & { readonly engine: EngineName }) => {
      if (options.scores === undefined) await selectEngine(options.engine);
      const { scoreAsv } = await import('./score-asv.ts');
      await scoreAsv(options, { stdout });
    });
}

function probability(text: string): number {
  const value = Number(text);
  if (value > 0 && value < 1) return value;
  throw new InvalidArgumentError('It has to be a number between 0 and 1.');
}
