import type { z } from 'zod';
import { type SettingRow, settingRows } from '../config/setting-row.ts';

/**
 * Every setting of a schema as Markdown: a table for each section, with name, default, type, unit and meaning.
 *
 * @param options `divided: false` puts all of them into one table
 */
export function settingsMarkdown(schema: z.ZodType, { divided = true }: { readonly divided?: boolean } = {}): string {
  const sections = new Map<string, SettingRow[]>();
  for (const row of settingRows(schema)) {
    const section = divided ? row.section : '';
    sections.set(section, [...(sections.get(section) ?? []), row]);
  }
  const tables = [...sections].map(([section, rows]) => {
    const heading = sections.size > 1 ? `## ${section === '' ? 'The run' : section}\n\n` : '';
    return `${heading}| setting | default | type | unit | what it does |\n|---|---|---|---|---|\n${rows.map(rowText).join('\n')}`;
  });
  return `${tables.join('\n\n')}\n`;
}

function rowText({ name, mandatory, default: preset, type, unit, description }: SettingRow): string {
  const value = mandatory ? 'mandatory' : preset === undefined ? 'may be left out' : `\`${preset.replaceAll('|', '\\|')}\``;
  return `| \`${name}\` | ${value} | ${plain(type)} | ${unit} | ${plain(description)} |`;
}

/** Text that means itself in a cell. */
function plain(text: string): string {
  return text.replace(/[\\|<>*[\]`]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\$&').replace(/\s+/g, ' ');
}
