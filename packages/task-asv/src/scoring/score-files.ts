import { InputError, type Table } from '@s3/interface';
import type { Trial } from './score-trials.ts';

/** Scored trials of a file. */
export interface ScoredTrials {
  readonly trials: readonly Trial[];
  readonly scores: Float64Array;
}

/** Scores as csv: `id1,id2,score,label`. */
export function scoreTable(trials: readonly Trial[], scores: ArrayLike<number>): string {
  const cell = (id: string) => (/[",\r\n]/.test(id) ? `"${id.replaceAll('"', '""')}"` : id);
  let table = 'id1,id2,score,label\n';
  trials.forEach(({ enroll, test, sameSpeaker }, trial) => {
    table += `${cell(enroll)},${cell(test)},${scores[trial]!.toPrecision(9)},${sameSpeaker ? 1 : 0}\n`;
  });
  return table;
}

/**
 * Scores in ESPnet's form: a line `utt1*utt2 score label` for each trial.
 *
 * @throws InputError for an id with a blank or an asterisk, which the form cannot hold
 */
export function scoreLines(trials: readonly Trial[], scores: ArrayLike<number>): string {
  let lines = '';
  trials.forEach(({ enroll, test, sameSpeaker }, trial) => {
    const bad = [enroll, test].find((id) => /[\s*]/.test(id) || id === '');
    if (bad !== undefined)
      throw new InputError(`utterance '${bad}'`, 'a blank or an asterisk in its id', 'neither', 'Write the scores as csv.');
    lines += `${enroll}*${test} ${scores[trial]!.toPrecision(9)} ${sameSpeaker ? 1 : 0}\n`;
  });
  return lines;
}

/**
 * Reads scores in ESPnet's form, `utt1*utt2 score label` a line.
 *
 * @param where the file, for errors
 * @throws InputError with the line for anything else, a label other than 0 and 1, or a score that is no finite number
 */
export function parseScoreLines(text: string, where: string): ScoredTrials {
  const trials: Trial[] = [];
  const scores: number[] = [];
  forEachLine(text, (words, line) => {
    if (words.length !== 3) refuse(where, line, words, 'utt1*utt2 score label');
    const [pair, score, label] = words as [string, string, string];
    trials.push(trialOf(pair, label, where, line, words, 'utt1*utt2 score label'));
    scores.push(finiteScore(score, `${where}, line ${line}`));
  });
  refuseNone(trials, where);
  return { trials, scores: Float64Array.from(scores) };
}

/**
 * Reads trials in ESPnet's form, `utt1*utt2 label` a line, or VoxCeleb's, `label path1 path2` a line.
 *
 * @param where the file, for errors
 * @throws InputError with the line for anything else or a label other than 0 and 1
 */
export function parseTrialLines(text: string, where: string): readonly Trial[] {
  const trials: Trial[] = [];
  forEachLine(text, (words, line) => {
    const [first, second, third] = words;
    if (words.length === 2) trials.push(trialOf(first!, second!, where, line, words, trialForms));
    else if (words.length === 3 && (first === '0' || first === '1'))
      trials.push({ enroll: second!, test: third!, sameSpeaker: first === '1' });
    else refuse(where, line, words, trialForms);
  });
  refuseNone(trials, where);
  return trials;
}
const trialForms = 'utt1*utt2 label, or label path1 path2';

/**
 * Trials of a table with the columns id1, id2 and label, whatever others there are.
 *
 * @param where the file, for errors
 * @throws InputError with the row for a missing value or a label other than 0 and 1
 */
export function trialsOfTable(table: Table, where: string): readonly Trial[] {
  const trials = table.map((row, index): Trial => {
    const place = `${where}, row ${index + 2}`;
    const { id1 = '', id2 = '', label } = row;
    if (id1 === '' || id2 === '') throw new InputError(place, 'an empty id', 'id1 and id2', 'Mend the row.');
    if (label !== '0' && label !== '1') throw new InputError(place, `the label '${label}'`, '1 (same speaker) or 0', 'Mend the label.');
    return { enroll: id1, test: id2, sameSpeaker: label === '1' };
  });
  refuseNone(trials, where);
  return trials;
}

/**
 * Scored trials of a table with the columns id1, id2, score and label, as `scoreTable` writes it.
 *
 * @param where the file, for errors
 * @throws InputError with the row for a bad label, id or score
 */
export function scoredTrialsOfTable(table: Table, where: string): ScoredTrials {
  const trials = trialsOfTable(table, where);
  return { trials, scores: Float64Array.from(table, ({ score = '' }, row) => finiteScore(score, `${where}, row ${row + 2}`)) };
}

function forEachLine(text: string, read: (words: readonly string[], line: number) => void): void {
  text.split('\n').forEach((content, index) => {
    const words = content.trim().split(/\s+/);
    if (words[0] !== '') read(words, index + 1);
  });
}

function trialOf(pair: string, label: string, where: string, line: number, words: readonly string[], form: string): Trial {
  const ids = pair.split('*');
  if (ids.length !== 2 || ids.includes('') || (label !== '0' && label !== '1')) refuse(where, line, words, `${form}, the label 0 or 1`);
  return { enroll: ids[0]!, test: ids[1]!, sameSpeaker: label === '1' };
}

function finiteScore(text: string, where: string): number {
  const score = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(score)) return score;
  throw new InputError(
    where,
    `the score '${text}'`,
    'a finite number',
    'Check what made the scores; an embedding of NaN gives such a score.',
  );
}

function refuse(where: string, line: number, words: readonly string[], expected: string): never {
  throw new InputError(`${where}, line ${line}`, `'${words.join(' ')}'`, expected, 'Mend the line.');
}

function refuseNone(trials: readonly Trial[], where: string): void {
  if (trials.length === 0) throw new InputError(where, 'no trials', 'at least one of one speaker and one of two', 'Check the file.');
}
