import type { S3prlRule } from './s3prl-rule.ts';

/** a score that no text outweighs, where S3PRL has minus infinity */
const impossible = -1e9;

/** flashlight weighs logarithms to the base 10, of a language model that is trained to them */
const naturalWeight = (weight: unknown) => (typeof weight === 'number' ? weight * Math.LOG10E : weight);
/** no text for nothing: S3PRL downloads a file then */
const fileOrNone = (path: unknown) => (path === '' ? null : path);

/** Beam search, with the defaults of S3PRL's BeamDecoder; without its dictionary S3PRL decodes greedily. */
const decoderNames: readonly S3prlRule[] = [
  { from: 'beam', to: 'beamSize' },
  { from: 'beam_threshold', to: 'beamThreshold' },
  { from: 'beam_size_token', harmless: [-1], note: 'task.decoder.tokenPruning leaves tokens out by their probability' },
  { from: 'lm', to: 'lm', value: fileOrNone },
  { from: 'lexicon', to: 'lexicon', value: fileOrNone },
  { from: 'lm_weight', to: 'lmWeight', value: naturalWeight },
  { from: 'unk_score', to: 'unkScore', value: (score: unknown) => (score === Number.NEGATIVE_INFINITY ? impossible : score) },
  { from: 'token', harmless: 'any', note: 'the tokens are those of the tokenizer' },
  { from: 'sil_score', harmless: [0], note: 'spaces have no score of their own' },
  // nbest, word_score
  { from: '*', to: '*' },
];
export const decoderRules: readonly S3prlRule[] = decoderNames.map(({ from, to, ...rule }) => ({
  from: `build_task.decoder.${from}`,
  ...(to && { to: `task.decoder.${to}` }),
  ...rule,
  implied: {
    'task.decoder.type': 'beam',
    'task.decoder.logAdd': false,
    'task.decoder.beamSize': 5,
    'task.decoder.beamThreshold': 25,
    'task.decoder.tokenPruning': null,
    'task.decoder.lmWeight': 2 * Math.LOG10E,
    'task.decoder.wordScore': -1,
    'task.decoder.unkScore': impossible,
  },
}));
