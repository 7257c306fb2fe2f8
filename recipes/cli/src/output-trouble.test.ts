import { expect, test } from 'vitest';
import { outputTrouble } from './output-trouble.ts';

const error = (code: string) => Object.assign(new Error(`${code}: it failed`), { code });

test('a reader who stops early is told nothing, and the run counts as cut short; a full disk is told', () => {
  expect(outputTrouble(error('EPIPE'))).toEqual({ exitCode: 141, text: '' });
  expect(outputTrouble(error('ENOSPC'))).toMatchObject({
    exitCode: 1,
    text: expect.stringMatching(/^standard output: found a full disk \(ENOSPC\)/),
  });
  expect(outputTrouble(error('EIO')).text).toContain('EIO: it failed');
});
