// The API of every package as Markdown, from the types and docstrings of its sources.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Application, IntrinsicType, LogLevel, ReferenceType, ReflectionKind } from 'typedoc';
import { packageFolders, root } from '../scripts/workspace.mjs';

const minorHeadings =
  /^#{4,} (Parameters|Returns|Throws|Properties|Extends|Extended by|Type Parameters|Type Declaration|Inherited from|Overrides|Implementation of|Implements|Example|Call Signature|Constructors|Methods|Union Members)$/gm;

/** What can be imported of every package: `{ name: '@s3/interface/testing', folder, source, to: 'api/interface/testing' }`. */
export function entryPoints() {
  return packageFolders.flatMap((folder) => {
    const { name, exports = {} } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    return Object.entries(exports).flatMap(([path, target]) => {
      if (!target['@s3/source']) return [];
      const full = join(name, path);
      return [{ name: full, folder, source: join(root, folder, target['@s3/source']), to: full.replace('@s3/', 'api/') }];
    });
  });
}

/**
 * Writes a page for each entry point that exports something.
 *
 * @param out folder of the site's pages
 * @param settings name of a component to the address of its settings
 * @returns names, folders and addresses of the pages
 */
export async function writeApiPages(out, settings) {
  const entries = entryPoints();
  const app = await Application.bootstrapWithPlugins({
    plugin: [import.meta.resolve('typedoc-plugin-markdown')],
    entryPoints: entries.map(({ source }) => source),
    tsconfig: join(root, 'tsconfig.json'),
    outputs: [{ name: 'markdown', path: out }],
    cleanOutputDir: false,
    // types are checked by tsc
    skipErrorChecking: true,
    excludeInternal: true,
    excludePrivate: true,
    excludeExternals: true,
    disableSources: true,
    readme: 'none',
    // such as an @param that names nothing, or a link to nothing
    logLevel: LogLevel.Warn,
    sort: ['source-order'],
    groupOrder: ['Variables', 'Functions', 'Classes', 'Interfaces', 'Type Aliases', '*'],
    router: 'module',
    hidePageHeader: true,
    hideBreadcrumbs: true,
    parametersFormat: 'table',
    propertiesFormat: 'table',
    interfacePropertiesFormat: 'table',
    typeAliasPropertiesFormat: 'table',
    tableColumnSettings: { hideSources: true, hideInherited: true, hideOverrides: true, hideModifiers: true },
    sanitizeComments: true,
  });
  const project = await app.convert();
  if (!project) throw new Error('typedoc made nothing of the sources');
  const modules = project.getChildrenByKind(ReflectionKind.Module);
  for (const module of modules) {
    const source = project.getSymbolIdFromReflection(module)?.fileName;
    const entry = entries.find((each) => each.source === source);
    if (!entry) throw new Error(`typedoc has a module ${module.name} (${source}), which is no entry point`);
    module.name = entry.to;
    for (const child of module.children ?? []) {
      if (child.type) child.type = withoutSchemas(child.type);
      for (const signature of child.signatures ?? []) if (signature.type) signature.type = withoutSchemas(signature.type);
    }
  }
  await app.generateOutputs(project);
  if (app.logger.hasErrors() || app.logger.hasWarnings())
    throw new Error('typedoc found faults in the docstrings; what it printed is above');

  rmSync(join(out, 'README.md'), { force: true }); // a list of modules; the site has its own
  const written = entries.filter(({ to }) => modules.some((module) => module.name === to && module.children?.length));
  for (const { name, to } of written) {
    const file = join(out, `${to}.md`);
    const text = readFileSync(file, 'utf8')
      .replace(/^# .*$/m, `# ${name}`)
      .replace(/<a id="[^"]*"><\/a> /g, '')
      // a parameter that is taken apart has no name of its own
      .replace(/(\\_\\_|__)namedParameters\./g, '')
      .replace(/(\\_\\_|__)namedParameters/g, '{ ... }')
      .replace(/\n\*\*\*\n/g, '')
      .replace(/^## Variables$/m, '## Components and constants')
      // parameters, returns and the like: nobody searches for them by that name
      .replace(minorHeadings, '**$1**');
    writeFileSync(file, withSettings(text, name, settings));
  }
  return written;
}

/** A schema says its settings twice; they have tables of their own. */
function withoutSchemas(type) {
  if (!(type instanceof ReferenceType)) return type;
  if (type.name === 'ZodObject' || type.name === 'Recipe' || type.name === 'TaskRecipe') type.typeArguments = undefined;
  if (type.name === 'Component' && type.typeArguments) type.typeArguments[1] = new IntrinsicType('its settings');
  return type;
}

/** Under each component a link to its settings. */
function withSettings(text, name, settings) {
  return text.replace(/^### (\S+)\n(?=\n> (`const` )?\*\*)/gm, (heading, member) => {
    const address = settings.get(`${name} ${member}`);
    return address ? `${heading}\n[Settings](${address})\n` : heading;
  });
}
