import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '@s3/interface';
import { writeReport } from '../report/write-report.ts';
import type { CommandContext } from './command-context.ts';

/**
 * Makes a run's report again, from what the run left in its target directory.
 *
 * @throws InputError for a folder that no run has written to
 */
export async function reportCommand({ stdout }: CommandContext, target: string, { json }: { readonly json: boolean }): Promise<void> {
  if (!existsSync(join(target, 'configs')) && !existsSync(join(target, 'metrics.json'))) {
    const found = existsSync(target) ? 'a folder without configs and metrics.json' : 'no such folder';
    throw new InputError(target, found, 'the target directory of a run', 'Give the folder that the run had as --targetDir.');
  }
  const report = await writeReport(target);
  stdout.write(json ? `${JSON.stringify({ report }, null, 2)}\n` : `${report}\n`);
}
