import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import type { PageSettings } from './page-settings.ts';

const metrics = z.object({
  tests: z.record(z.string(), z.object({ eer: z.number(), eerThreshold: z.number() }).loose()),
  /** which checkpoint each test set was judged with */
  checkpoints: z.record(z.string(), z.string()),
});

/**
 * How a verification checkpoint did on the test sets of its run, where `metrics.json` of the run tells it.
 *
 * Nothing where scores were normalised or calibrated: a page compares two recordings as they are, and that threshold is of other numbers.
 *
 * @param checkpoint a folder such as `exp/asv/train/step_600`; of a zip nothing is told
 */
export async function testsOfRun(checkpoint: string): Promise<PageSettings['tests']> {
  const text = await readFile(join(dirname(dirname(checkpoint)), 'metrics.json'), 'utf8').catch(() => '{}');
  const parsed = metrics.safeParse(parsedJson(text));
  if (!parsed.success) return [];
  const { tests, checkpoints } = parsed.data;
  return Object.entries(tests).flatMap(([name, test]) =>
    'rawEer' in test || checkpoints[name] !== basename(checkpoint) ? [] : [{ name, eer: test.eer, eerThreshold: test.eerThreshold }],
  );
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
