import type { AnyRecipe } from '@s3/interface';
import { createColors } from 'picocolors';
import { fullSchema } from '../config/run-settings.ts';
import { type SettingRow, settingRows } from '../config/setting-row.ts';

/** Every setting of a recipe as help: name, type, default, description; section by section. */
export function settingsText(recipe: AnyRecipe, color: boolean): string {
  const colors = createColors(color);
  const sections = new Map<string, SettingRow[]>();
  for (const row of settingRows(fullSchema(recipe))) sections.set(row.section, [...(sections.get(row.section) ?? []), row]);
  const texts = [...sections].map(([section, rows]) => {
    const entries = rows.map(({ name, type, mandatory, default: preset, description }) => {
      const value = mandatory ? colors.yellow('mandatory') : preset === undefined ? 'may be left out' : `default ${preset}`;
      return `  ${colors.bold(`--${name}`)}\n${wrapped(description, 6)}\n${colors.dim(wrapped(`${type}; ${value}`, 6))}`;
    });
    return `${colors.underline(section === '' ? 'the run' : section)}\n${entries.join('\n')}`;
  });
  const title = `${colors.bold(recipe.name)}: ${recipe.summary}`;
  return `${title}\n\nSettings, on the command line as --name value, or in a YAML file for --config:\n\n${texts.join('\n\n')}\n`;
}

function wrapped(text: string, indent: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && indent + line.length + 1 + word.length > 100) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((each) => ' '.repeat(indent) + each).join('\n');
}
