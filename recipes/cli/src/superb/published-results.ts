/** Results of others: figures of SUPERB's tasks as fractions, where they are no decibels, in the order of the scores of a task. */
export interface PublishedResult {
  readonly upstream: string;
  readonly source: string;
  readonly results: { readonly [task: string]: readonly number[] };
}

const superb = 'Yang et al., SUPERB, 2021';
const superbSg = 'Tsai et al., SUPERB-SG, 2022';
const wavlm = 'Chen et al., WavLM, 2022';

/** What is not printed unmistakably is left out: of fbank's speaker identification the paper says 8.5E-4 without a unit. */
export const publishedResults: readonly PublishedResult[] = [
  {
    upstream: 'FBANK',
    source: `${superb}; SE and SS: ${superbSg}`,
    results: {
      PR: [0.8201],
      ASR: [0.2318],
      KS: [0.0863],
      QbE: [0.0058],
      ASV: [0.0956],
      SD: [0.1005],
      IC: [0.091],
      SF: [0.6964, 0.5294],
      ER: [0.3539],
      SE: [0.936],
      SS: [9.23],
    },
  },
  {
    upstream: 'wav2vec 2.0 Base',
    source: superb,
    results: {
      PR: [0.0574],
      ASR: [0.0643],
      KS: [0.9623],
      QbE: [0.0233],
      SID: [0.7518],
      ASV: [0.0602],
      SD: [0.0608],
      IC: [0.9235],
      SF: [0.883, 0.2477],
      ER: [0.6343],
    },
  },
  {
    upstream: 'HuBERT Base',
    source: superb,
    results: {
      PR: [0.0541],
      ASR: [0.0642],
      KS: [0.963],
      QbE: [0.0736],
      SID: [0.8142],
      ASV: [0.0511],
      SD: [0.0588],
      IC: [0.9834],
      SF: [0.8853, 0.252],
      ER: [0.6492],
    },
  },
  {
    upstream: 'WavLM Base+',
    source: wavlm,
    results: {
      PR: [0.0392],
      ASR: [0.0559],
      KS: [0.9737],
      QbE: [0.0988],
      SID: [0.8942],
      ASV: [0.0407],
      SD: [0.035],
      IC: [0.99],
      SF: [0.9058, 0.212],
      ER: [0.6865],
    },
  },
];
