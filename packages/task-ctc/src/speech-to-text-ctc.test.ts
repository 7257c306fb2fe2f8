import { inference, WiringError } from '@s3/interface';
import { batchesOf, testTask, toyFrameModel } from '@s3/interface/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { recognitionReport } from './recognition-report.ts';
import { speechToTextCtc, type TextBatch } from './speech-to-text-ctc.ts';

const block = 4;
const letters = ['<pad>', '<eos>', '<unk>', 'A', 'B'];
const tokenizer = {
  size: letters.length,
  encode: (text: string) => [...Array.from(text, (letter) => (letters.includes(letter) ? letters.indexOf(letter) : 2)), 1],
  decode: (ids: readonly number[]) => ids.map((id) => letters[id]).join(''),
};

/** Each letter is a block with one loud sample of its own; a quiet block stands between letters. */
function batchOf(texts: readonly string[]): TextBatch {
  const frames = texts.map((text) => Math.max(1, 2 * text.length + 1));
  const steps = Math.max(...frames) * block;
  const waveforms = texts.map((text) => {
    const samples = new Float32Array(steps);
    Array.from(text).forEach((letter, index) => {
      samples[(2 * index + 1) * block + (letter === 'A' ? 1 : 2)] = 1;
    });
    for (let frame = 0; frame <= 2 * text.length; frame += 2) samples[frame * block] = 1;
    samples[2 * text.length * block + 3] = 1;
    return samples;
  });
  return {
    waveforms: { values: tf.tensor2d(waveforms.map((samples) => [...samples])), lengths: frames.map((count) => count * block) },
    utterances: texts.map((_, index) => `u${index}`),
    texts,
  };
}
const oneBatch = (texts: readonly string[]) => batchesOf(() => batchOf(texts));

describe('keeps the contract', () =>
  testTask({
    build() {
      const task = speechToTextCtc(
        { model: toyFrameModel(tokenizer.size, { sampleRate: 16_000 }), tokenizer },
        { metrics: ['wer', 'cer', 'per', 'slotTypeF1'] },
      );
      return { task, train: task.train.over(oneBatch(['ABBA', 'BA'])), test: task.test.over(oneBatch(['ABBA', 'BA'])) };
    },
    learningRate: 3,
    steps: 60,
    metrics: ['loss', 'wer', 'cer', 'per', 'slotTypeF1', 'unalignable', 'unknownTokens'],
    sampleRate: 160,
  }));

test('learns to read, and says which errors are left', async () => {
  const model = toyFrameModel(tokenizer.size, { sampleRate: 16_000 });
  const task = speechToTextCtc({ model, tokenizer });
  const run = task.train.over(oneBatch([]));
  const batch = batchOf(['ABBA', 'BA', 'AAB']);
  const input = await run.prepare(batch as never);
  for (let step = 0; step < 150; step++) {
    tf.tidy(() => {
      const { grads } = tf.variableGrads(
        () => run.step(batch as never, input as never, { ...inference, training: true })['loss'] as tf.Scalar,
      );
      const weight = model.trainable[0]!;
      weight.assign(tf.sub(weight, tf.mul(grads[weight.name]!, 3)));
    });
  }
  expect(await task.predict(batch.waveforms)).toEqual(['ABBA', 'BA', 'AAB']);
  expect(await task.predict(batchOf(['BBA']).waveforms)).toEqual(['BBA']);
});

test('decodes valid frames only, and counts what cannot be aligned or is unknown', async () => {
  const task = speechToTextCtc({ model: toyFrameModel(tokenizer.size, { sampleRate: 16_000 }), tokenizer });
  const run = task.test.over(oneBatch([]));
  const batch = { ...batchOf(['A', 'BB']), texts: ['A?', 'BBBBBBBBB'] };
  const collected = run.collect(
    {
      loss: 1,
      losses: [3, Number.POSITIVE_INFINITY],
      targets: [
        [3, 2, 1],
        [4, 4, 4, 4, 4, 4, 4, 4, 4, 1],
      ],
      classes: [Float32Array.of(0, 3, 4, 4, 4), Float32Array.of(0, 4, 0, 4, 1)],
      frames: [2, 5],
    } as never,
    batch as never,
  );
  expect(collected).toEqual({
    losses: [1, 0],
    unalignable: [false, true],
    unknownTokens: [1, 0],
    hypotheses: ['A', 'BB'],
    references: ['A?', 'BBBBBBBBB'],
    utterances: ['u0', 'u1'],
  });
  const { log, files } = run.reduce(collected as never);
  expect(log).toMatchObject({
    loss: 0.5,
    wer: 1,
    cer: 8 / 11,
    substitutions: 2,
    deletions: 0,
    insertions: 0,
    unalignable: 1,
    unknownTokens: 1,
  });
  expect(files!['hyp']).toBe('u0 A\nu1 BB\n');
  expect(files!['ref']).toBe('u0 A?\nu1 BBBBBBBBB\n');
});

const judged = (hypotheses: string[], references: string[]) => ({
  losses: references.map(() => 1),
  unalignable: references.map(() => false),
  unknownTokens: references.map(() => 0),
  hypotheses,
  references,
  utterances: references.map((_, index) => `u${index}`),
});

test('writes alignments, worst first', () => {
  const { log, files, figures } = recognitionReport(judged(['ONE TWO', 'FOUR SIX FIVE', ''], ['ONE TWO', 'FOR FIVE', 'A B C']), {
    metrics: ['wer'],
    alignments: 2,
  });
  expect(log).toEqual({ loss: 1, wer: 5 / 7, substitutions: 2, deletions: 2, insertions: 1, unalignable: 0, unknownTokens: 0 });
  expect(files['alignments.txt']).toBe(
    [
      'u2: 3 errors in 3 words (1 substitution, 2 deletions, 0 insertions)',
      'REF A B C',
      'HYP * *',
      '    D D S',
      '',
      'u1: 2 errors in 2 words (1 substitution, 0 deletions, 1 insertion)',
      'REF **** FOR FIVE',
      'HYP FOUR SIX FIVE',
      '    I    S',
      '',
      'u0: 0 errors in 2 words (0 substitutions, 0 deletions, 0 insertions)',
      'REF ONE TWO',
      '',
    ].join('\n'),
  );
  expect(figures[0]).toMatchObject({ kind: 'bars', bars: [{ value: 2 / 7 }, { value: 2 / 7 }, { value: 1 / 7 }] });
  expect(figures[1]).toMatchObject({
    kind: 'alignments',
    unit: 'word',
    utterances: [
      { name: 'u2', note: '3 errors in 3 words' },
      {
        name: 'u1',
        note: '2 errors in 2 words',
        pairs: [{ hypothesis: 'FOUR' }, { reference: 'FOR', hypothesis: 'SIX' }, { reference: 'FIVE' }],
      },
    ],
  });
});

test('aligns characters where only they are judged', () => {
  const { files } = recognitionReport(judged(['日語'], ['日本']), { metrics: ['cer'], alignments: 2 });
  expect(files['alignments.txt']).toContain('1 error in 2 characters');
  expect(files['alignments.txt']).toContain('REF 日本\nHYP 日語\n      S');
});

test('refuses a model with another number of outputs than tokens', () => {
  expect(() => speechToTextCtc({ model: { ...toyFrameModel(tokenizer.size, { sampleRate: 16_000 }), outputSize: 7 }, tokenizer })).toThrow(
    WiringError,
  );
});
