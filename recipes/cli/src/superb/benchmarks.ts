import { mean } from '@s3/interface/tensors';
import { type Outcome, wholeRuns } from '../benchmark/outcome.ts';

/** A column of SUPERB's leaderboard. */
export interface Score {
  /** name in a run's metrics */
  readonly metric: string;
  readonly title: string;
  readonly better: 'lower' | 'higher';
  /** shown as it is; a percentage unless given */
  readonly unit?: 'dB';
}

/** A task of SUPERB, and what its recipe needs. */
export interface Benchmark {
  /** its name on the leaderboard */
  readonly task: string;
  readonly recipe: string;
  /** key of the corpora file */
  readonly corpus: string;
  /** what has to be known of the corpus, beside its root; settings of the recipe's corpus section */
  readonly needs?: readonly string[];
  /** what else is handed on, where it is given */
  readonly takes?: readonly string[];
  readonly scores: readonly Score[];
  /** runs whose mean counts: name to settings; one run unless given */
  readonly runs?: { readonly [name: string]: { readonly [setting: string]: unknown } };
}

const accuracy: Score = { metric: 'accuracy', title: 'accuracy', better: 'higher' };

/** In the order of the leaderboard, then SUPERB-SG's. A recipe that the program does not have is left out. */
export const benchmarks: readonly Benchmark[] = [
  {
    task: 'PR',
    recipe: 'superb-pr',
    corpus: 'LibriSpeech',
    needs: ['lexicons'],
    scores: [{ metric: 'per', title: 'PER', better: 'lower' }],
  },
  { task: 'ASR', recipe: 'superb-asr', corpus: 'LibriSpeech', scores: [{ metric: 'wer', title: 'WER', better: 'lower' }] },
  { task: 'KS', recipe: 'superb-ks', corpus: 'SpeechCommands', takes: ['testRoot'], scores: [accuracy] },
  {
    task: 'QbE',
    recipe: 'superb-qbe',
    corpus: 'QUESST14',
    takes: ['language'],
    scores: [{ metric: 'mtwv', title: 'MTWV', better: 'higher' }],
  },
  { task: 'SID', recipe: 'superb-sid', corpus: 'VoxCeleb1', scores: [accuracy] },
  { task: 'ASV', recipe: 'superb-asv', corpus: 'VoxCeleb1', scores: [{ metric: 'eer', title: 'EER', better: 'lower' }] },
  { task: 'SD', recipe: 'superb-sd', corpus: 'LibriMix', scores: [{ metric: 'der', title: 'DER', better: 'lower' }] },
  { task: 'IC', recipe: 'superb-ic', corpus: 'FluentSpeechCommands', scores: [accuracy] },
  {
    task: 'SF',
    recipe: 'superb-sf',
    corpus: 'SNIPS',
    scores: [
      { metric: 'slotTypeF1', title: 'F1', better: 'higher' },
      { metric: 'slotValueCer', title: 'CER', better: 'lower' },
    ],
  },
  {
    task: 'ER',
    recipe: 'superb-er',
    corpus: 'IEMOCAP',
    scores: [accuracy],
    runs: Object.fromEntries([0, 1, 2, 3, 4].map((fold) => [`fold${fold}`, { testFold: fold }])),
  },
  { task: 'SE', recipe: 'superb-se', corpus: 'VoiceBank', scores: [{ metric: 'stoi', title: 'STOI', better: 'higher' }] },
  {
    task: 'SS',
    recipe: 'superb-ss',
    corpus: 'Libri2Mix',
    takes: ['mixture'],
    scores: [{ metric: 'siSdrImprovement', title: 'SI-SDRi', better: 'higher', unit: 'dB' }],
  },
];

/** The mean of each score over all runs of a task, once all of them are there. */
export function meanScores(outcome: Outcome | undefined): readonly number[] | undefined {
  const runs = wholeRuns(outcome);
  return runs?.[0]?.scores.map((_, score) => mean(runs.map(({ scores }) => scores[score]!)));
}
