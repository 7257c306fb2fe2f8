import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readTable } from '@s3/dataio';
import { InputError } from '@s3/interface';
import {
  type CohortReference,
  detCurves,
  type EerDefinition,
  judgeTrials,
  parseScoreLines,
  parseTrialLines,
  type ScoredTrials,
  type Scoring,
  scoreChain,
  scoredTrialsOfTable,
  scoreLines,
  scoreTable,
  type Trial,
  trialsOfTable,
} from '@s3/task-asv';
import { renderFigure } from '@s3/trainer';
import type { CommandLineOptions } from '@s3/trainer/command-line';
import { readEmbeddings } from '../embed/read-embeddings.ts';

export interface AsvOptions {
  readonly trials?: string;
  readonly embeddings?: readonly string[];
  readonly scores?: string;
  readonly scoring: Scoring;
  readonly asNorm?: string;
  readonly topK: number;
  readonly cohortSpeakers?: string;
  readonly calibrate?: string;
  readonly calibrationEmbeddings?: readonly string[];
  readonly targetPrior: number;
  readonly eer: EerDefinition;
  readonly out?: string;
  readonly format: 'csv' | 'espnet';
  readonly json?: boolean;
}

type Step = { readonly step: string; readonly scores: ArrayLike<number> };
const stepNames: { readonly [step: string]: string } = { given: 'as given', raw: 'raw', asNorm: 'AS-norm', calibrated: 'calibrated' };

/**
 * Scores and judges trials: from embeddings, or as they were scored before.
 *
 * @throws InputError for options that do not belong together, files that cannot be read, and as `scoreChain` and `judgeTrials`
 */
export async function scoreAsv(options: AsvOptions, { stdout }: Pick<CommandLineOptions, 'stdout'>): Promise<void> {
  const { targetPrior, eer: eerDefinition, out, format, json } = options;
  const { trials, steps } = await scored(options);
  const judged = steps.map(({ step, scores }) => ({ step, scores, ...judgeTrials(trials, scores, { targetPrior, eerDefinition }) }));
  if (out !== undefined) {
    await mkdir(out, { recursive: true });
    for (const { step, scores } of judged) {
      const [name, text] = format === 'csv' ? ['csv', scoreTable(trials, scores)] : ['txt', scoreLines(trials, scores)];
      await writeFile(join(out, `scores-${step}.${name}`), text);
    }
    const figure = detCurves(judged.map(({ step, curve }) => ({ name: stepNames[step]!, curve })));
    await writeFile(join(out, 'det.svg'), renderFigure(figure));
  }
  const results = judged.map(({ step, log }) => ({ step, ...log }));
  if (json) {
    stdout.write(`${JSON.stringify({ trials: trials.length, eerDefinition, targetPrior, results }, null, 2)}\n`);
    return;
  }
  const { formatTable } = await import('@s3/trainer');
  const right = (title: string) => ({ title, align: 'right' as const });
  const rows = results.map(({ step, eer, minDcf, eerThreshold, targetMean, targetDeviation, nontargetMean, nontargetDeviation }) => [
    stepNames[step]!,
    (100 * eer).toFixed(3),
    minDcf.toFixed(4),
    eerThreshold.toPrecision(5),
    `${targetMean.toPrecision(4)} ± ${targetDeviation.toPrecision(3)}`,
    `${nontargetMean.toPrecision(4)} ± ${nontargetDeviation.toPrecision(3)}`,
  ]);
  stdout.write(`${formatTable(['scores', ...['EER %', 'minDCF', 'EER threshold', 'one speaker', 'two speakers'].map(right)], rows)}\n`);
  const definition = eerDefinition === 's3prl' ? 'EER interpolated' : `EER as ${eerDefinition} defines it`;
  stdout.write(
    `\n${trials.length.toLocaleString('en')} trials; ${definition}; minDCF at a prior of ${targetPrior}, both errors costing 1\n`,
  );
}

async function scored(options: AsvOptions): Promise<{ readonly trials: readonly Trial[]; readonly steps: readonly Step[] }> {
  const { trials: trialFile, embeddings: paths, scores: scoreFile } = options;
  if (scoreFile !== undefined) {
    if (trialFile !== undefined || paths !== undefined) refuseOptions('--scores beside --trials or --embeddings', 'one of the two');
    const { trials, scores } = await readScores(scoreFile);
    return { trials, steps: [{ step: 'given', scores }] };
  }
  if (trialFile === undefined || paths === undefined) refuseOptions('neither --scores nor --trials with --embeddings', 'one of the two');
  const trials = await readTrials(trialFile);
  const { embeddings, seconds } = await readEmbeddings(paths);
  const all = new Map(embeddings);
  const allSeconds = new Map(seconds);

  let cohort: CohortReference | undefined;
  if (options.asNorm !== undefined) {
    const given = await readEmbeddings([options.asNorm]);
    const speakers = options.cohortSpeakers === undefined ? undefined : await readSpeakers(options.cohortSpeakers);
    // ids of the cohort may be those of the trials, for other audio
    const named = [...given.embeddings].map(([id, segments]) => [`cohort:${id}`, id, segments] as const);
    for (const [name, , segments] of named) all.set(name, [meanOf(segments)]);
    cohort = {
      speakers: new Map(
        named.map(([name, id]) => [name, speakers ? (speakers.get(id) ?? refuseSpeaker(id, options.cohortSpeakers!)) : id]),
      ),
      topK: options.topK,
      averageSpeakers: speakers !== undefined,
    };
  } else if (options.cohortSpeakers !== undefined) refuseOptions('--cohortSpeakers without --asNorm', 'both');

  let learnt: readonly Trial[] | undefined;
  if (options.calibrate !== undefined) {
    const more = await readEmbeddings(options.calibrationEmbeddings ?? []);
    const rename = (id: string) => (more.embeddings.has(id) ? `calibration:${id}` : id);
    for (const [id, segments] of more.embeddings) all.set(`calibration:${id}`, segments);
    for (const [id, length] of more.seconds) allSeconds.set(`calibration:${id}`, length);
    learnt = (await readTrials(options.calibrate)).map((trial) => ({ ...trial, enroll: rename(trial.enroll), test: rename(trial.test) }));
  } else if (options.calibrationEmbeddings !== undefined) refuseOptions('--calibrationEmbeddings without --calibrate', 'both');

  const judgedIds = [...trials, ...(learnt ?? [])].flatMap(({ enroll, test }) => [enroll, test]);
  const knowsSeconds = judgedIds.every((id) => allSeconds.has(id));
  const steps = scoreChain(trials, all, {
    scoring: options.scoring,
    ...(cohort && { cohort }),
    ...(learnt && { calibration: { trials: learnt, ...(knowsSeconds && { seconds: allSeconds }) } }),
  });
  return { trials, steps };
}

function refuseOptions(found: string, expected: string): never {
  throw new InputError('command line', found, expected, 'See s3 score asv --help.');
}

function refuseSpeaker(id: string, file: string): never {
  throw new InputError(file, `no speaker of the cohort's utterance '${id}'`, 'one for each', 'Add it, or leave --cohortSpeakers out.');
}

function meanOf(segments: readonly Float32Array[]): Float32Array {
  return segments[0]!.map((_, feature) => segments.reduce((sum, segment) => sum + segment[feature]!, 0) / segments.length);
}

const isTable = (path: string) => /\.csv$/i.test(path);

async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: Error) => {
    throw new InputError(path, cause.message, 'a file that can be read', 'Check the path.', { cause });
  });
}

async function readTrials(path: string): Promise<readonly Trial[]> {
  if (isTable(path)) return trialsOfTable(await readTable(path, { columns: ['id1', 'id2', 'label'] }), path);
  return parseTrialLines(await readText(path), path);
}

async function readScores(path: string): Promise<ScoredTrials> {
  if (isTable(path)) return scoredTrialsOfTable(await readTable(path, { columns: ['id1', 'id2', 'score', 'label'] }), path);
  return parseScoreLines(await readText(path), path);
}

/** Speakers of a csv file with id and spk, or of Kaldi's utt2spk. */
async function readSpeakers(path: string): Promise<ReadonlyMap<string, string>> {
  if (isTable(path)) return new Map((await readTable(path, { columns: ['id', 'spk'] })).map(({ id, spk }) => [id!, spk!]));
  const lines = (await readText(path)).split('\n').map((line) => line.trim().split(/\s+/));
  const bad = lines.findIndex((fields) => fields[0] !== '' && fields.length !== 2);
  if (bad >= 0) throw new InputError(`${path}, line ${bad + 1}`, `'${lines[bad]!.join(' ')}'`, 'utterance speaker', 'Mend the line.');
  return new Map(lines.filter((fields) => fields.length === 2).map(([id, speaker]) => [id!, speaker!]));
}
