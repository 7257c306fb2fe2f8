import { readRunFiles } from '../report/run-files.ts';
import type { CommandContext } from './command-context.ts';
import { figureText } from './figure-text.ts';

/** What the tests of a run drew, as far as letters can show it. */
export async function figureTexts({ color, stdout }: Pick<CommandContext, 'color' | 'stdout'>, targetDir: string): Promise<string> {
  const { figures: sets } = await readRunFiles(targetDir);
  return sets
    .flatMap(({ testSet, figures }) => {
      const texts = figures.map((figure) => figureText(figure, { color, columns: stdout.columns ?? 100 }));
      return texts.flatMap((text) => (text === undefined ? [] : [`\n${sets.length > 1 ? `${testSet}: ` : ''}${text}`]));
    })
    .join('');
}
