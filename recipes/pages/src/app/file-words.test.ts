import { expect, test } from 'vitest';
import { fileWords } from './file-words.ts';

test.each([
  ['decoder/lm', 'the language model'],
  ['upstream/model.safetensors', 'model.safetensors of the upstream'],
  ['speaker-checkpoint/model.safetensors', 'model.safetensors of the speaker model'],
  ['somewhere/else.bin', 'somewhere/else.bin'],
  ['upstream', 'upstream'],
])('%s is %s', (address, words) => {
  expect(fileWords(address)).toBe(words);
});
