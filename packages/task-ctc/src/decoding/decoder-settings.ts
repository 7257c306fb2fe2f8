import { z } from 'zod';

/** How class probabilities become text. Defaults of the beam search are pyctcdecode's. */
export const decoderSettings = z.strictObject({
  type: z
    .enum(['greedy', 'beam'])
    .default('greedy')
    .describe('greedy: the best token of each frame; beam: the likeliest text, with a language model and a lexicon if they are given'),
  beamSize: z.int().min(1).default(100).describe('hypotheses that a beam search keeps after each frame'),
  beamThreshold: z
    .number()
    .positive()
    .nullable()
    .default(10)
    .describe('drop hypotheses whose score is worse than the best by more, a difference of natural logarithms; null: none'),
  tokenPruning: z
    .number()
    .max(0)
    .nullable()
    .default(-5)
    .describe('natural logarithm of the probability that a token needs to be tried in a frame, the best excepted; null: all are'),
  logAdd: z.boolean().default(true).describe('add up all ways to say a text; false: the likeliest counts, as in torchaudio'),
  lm: z.string().min(1).nullable().default(null).describe('n-gram language model: an ARPA file, plain or compressed with gzip; null: none'),
  lmUnit: z
    .enum(['auto', 'word', 'token'])
    .default('auto')
    .describe('what the words of the language model are: words, or tokens such as characters (a space is |); auto looks at them'),
  lmWeight: z.number().min(0).default(0.5).describe("weight of the language model's natural logarithms; torchaudio's weight times 0.434"),
  wordScore: z.number().nullable().default(null).describe('added for each word; null: 1.5 with a language model, else 0'),
  unkScore: z.number().default(-10).describe('added for each word that the language model does not know'),
  lexicon: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('file with the words that may be said, each with its tokens or alone; null: any'),
  nbest: z.int().min(1).default(1).describe('hypotheses to give; several are written to nbest.jsonl and told by predict'),
});

/** The section `decoder` of the task: greedy or beam search. */
export type DecoderSettings = z.output<typeof decoderSettings>;
