import type { AnyRecipe } from '@s3/interface';
import { createColors } from 'picocolors';
import { stringify } from 'yaml';
import { listSettings, type Setting } from '../config/list-settings.ts';
import { schemaNode, typeText } from '../config/schema-node.ts';
import { fullSchema } from '../run-settings.ts';

/** Every setting of a recipe as help: name, type, default, description; section by section. */
export function settingsText(recipe: AnyRecipe, color: boolean): string {
  const colors = createColors(color);
  const sections = new Map<string, Setting[]>();
  for (const setting of listSettings(schemaNode(fullSchema(recipe)))) {
    const section = setting.path.length > 1 ? setting.path[0]! : '';
    sections.set(section, [...(sections.get(section) ?? []), setting]);
  }
  const texts = [...sections].map(([section, settings]) => {
    const entries = settings.map(({ path, node, mandatory, default: preset }) => {
      const value = mandatory ? colors.yellow('mandatory') : preset === undefined ? 'may be left out' : `default ${flow(preset)}`;
      const type = wrapped(`${typeText(node)}; ${value}`, 6);
      return `  ${colors.bold(`--${path.join('.')}`)}\n${wrapped(node.description ?? '', 6)}\n${colors.dim(type)}`;
    });
    return `${colors.underline(section === '' ? 'the run' : section)}\n${entries.join('\n')}`;
  });
  const title = `${colors.bold(recipe.name)}: ${recipe.summary}`;
  return `${title}\n\nSettings, on the command line as --name value, or in a YAML file for --config:\n\n${texts.join('\n\n')}\n`;
}

function flow(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: false }).trimEnd();
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
