import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const command = fileURLToPath(new URL('./bin/quickstart.js', import.meta.url));

test('learns to verify speakers far better than chance, and leaves its results', { timeout: 600_000 }, async () => {
  const targetDir = mkdtempSync(join(tmpdir(), 's3-quickstart-'));
  const words = ['--targetDir', targetDir, '--json', '--engine', 'wasm'];
  const { stdout } = await promisify(execFile)(process.execPath, [command, ...words]);
  const result = JSON.parse(stdout);
  expect(result).toEqual(JSON.parse(readFileSync(join(targetDir, 'metrics.json'), 'utf8')));
  expect(result.tests.trials.trials).toBe(2438);
  expect(result.tests.trials.eer).toBeLessThan(0.12);
  const report = readFileSync(join(targetDir, 'report.html'), 'utf8');
  for (const part of ['EER', '<svg', 'Configuration', 'Environment']) expect(report).toContain(part);
  // one file that needs nothing else
  expect(report).not.toMatch(/(src|href)="(?!#|data:)/);
});
