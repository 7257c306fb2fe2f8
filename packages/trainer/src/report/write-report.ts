import { join } from 'node:path';
import { replaceFile } from '../files/replace-file.ts';
import { reportPage } from './report-page.ts';
import { readRunFiles } from './run-files.ts';

/**
 * Writes `report.html`, one page that needs neither network nor other files, from what a run left in its target directory.
 *
 * Missing pieces are left out with a sentence, so it can be written at any time. It appears whole or not at all.
 *
 * @param options.title heading of the page; the recipe's name unless given
 * @returns the path of the report
 */
export async function writeReport(targetDir: string, options: { readonly title?: string } = {}): Promise<string> {
  const path = join(targetDir, 'report.html');
  await replaceFile(path, reportPage(await readRunFiles(targetDir), options.title));
  return path;
}
