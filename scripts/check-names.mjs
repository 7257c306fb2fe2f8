// docs/parity.md and docs/glossary.md name things of ours beside S3PRL's. Every name of ours has to exist, every public
// name of S3PRL's problem, task and nn.interface modules has to be in the former, and their methods in either. What our
// packages export has a docstring.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { packageFolders, root } from './workspace.mjs';

const problems = [];
/** what packages export, and everything that their sources name: members, settings, values */
const exported = new Set();
const named = new Set();
for (const folder of packageFolders) {
  /** what this package exports, and what it declares without a word on what it is */
  const own = { exported: new Set(), documented: new Set(), undocumented: new Map() };
  const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  named.add(manifest.name).add(manifest.name.replace('@s3/', ''));
  const entries = Object.values(manifest.exports ?? {}).flatMap((target) =>
    target['@s3/source'] ? [join(folder, target['@s3/source'])] : [],
  );
  for (const file of sources(folder)) {
    const source = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.ESNext, true);
    read(source, entries.includes(file), own);
  }
  if (!folder.startsWith('packages/')) continue;
  for (const [name, place] of own.undocumented)
    if (own.exported.has(name)) problems.push(`${place}: ${name} is public and has no docstring`);
}

const checked =
  checkPage('docs/parity.md', 2) +
  checkPage('docs/glossary.md', 1) +
  checkPage('docs/from-s3prl.md', 1) +
  checkPage('docs/from-espnet.md', 1);
checkNames();
if (problems.length > 0) {
  console.error(problems.map((problem) => `  ${problem}`).join('\n'));
  console.error(`check-names: ${problems.length} problem${problems.length === 1 ? '' : 's'}`);
  process.exit(1);
}
console.log(`check-names: ${checked} names in the tables exist`);

function sources(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return ['node_modules', 'dist', 'template', 'fixtures'].includes(entry.name) ? [] : sources(path);
    return /\.ts$/.test(entry.name) && !/\.(test|test-d|fixture|bench)\.ts$|tsup\.config/.test(entry.name) ? [path] : [];
  });
}

function read(source, isEntry, own) {
  const visit = (node) => {
    if (ts.isExportSpecifier(node) && isEntry) {
      exported.add(node.name.text);
      own.exported.add(node.name.text);
    }
    const isDeclaration =
      ts.isFunctionDeclaration(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isClassDeclaration(node);
    const declared = isDeclaration
      ? node.name?.text
      : ts.isVariableStatement(node)
        ? node.declarationList.declarations[0].name.text
        : undefined;
    const isPublic = declared && node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    // of overloads the first ones have it
    if (isPublic && ts.getJSDocCommentsAndTags(node).length > 0) own.documented.add(declared);
    else if (isPublic && !own.documented.has(declared))
      own.undocumented.set(declared, `${source.fileName}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`);
    const { name } = node;
    if (
      name &&
      ts.isIdentifier(name) &&
      (ts.isPropertySignature(node) ||
        ts.isMethodSignature(node) ||
        ts.isPropertyAssignment(node) ||
        ts.isMethodDeclaration(node) ||
        ts.isShorthandPropertyAssignment(node))
    )
      named.add(name.text);
    if (ts.isStringLiteral(node) && !ts.isImportDeclaration(node.parent)) named.add(node.text);
    // an entry may declare what it exports
    const isExport =
      isEntry && ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    if (isExport && name && ts.isIdentifier(name)) exported.add(name.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
}

/** The cells of every row of a page's tables, heads left out. */
function rows(file) {
  const lines = readFileSync(join(root, file), 'utf8')
    .replace(/^```[\s\S]*?^```/gm, (block) => block.replace(/[^\n]/g, ''))
    .split('\n');
  return lines.flatMap((line, index) => {
    if (!line.startsWith('|') || /^\|[-| ]+$/.test(line) || /^\|[-| ]+$/.test(lines[index + 1] ?? '')) return [];
    return [
      {
        line: index + 1,
        cells: line
          .replace(/^\||\|$/g, '')
          .split(/(?<!\\)\|/)
          .map((cell) => cell.trim()),
      },
    ];
  });
}

/** @param column of the tables that speaks of ours */
function checkPage(file, column) {
  let count = 0;
  for (const { line, cells } of rows(file)) {
    for (const [, span] of (cells[column] ?? '').matchAll(/`([^`]+)`/g)) {
      // a call's name, and a setting without the value beside it; commands are for check-commands.mjs
      if (/^(npx |npm |s3 |node |spm_train|mpirun|--|[./$]|.*[/:{<])/.test(span)) continue;
      const [path] = /^[A-Za-z][\w.]*/.exec(span.replace(/^\./, '')) ?? [];
      const rest = span.slice(path?.length ?? 0);
      if (
        path === undefined ||
        /^(True|False|None)$/.test(path) ||
        (rest !== '' && !/^(\(| |\[)/.test(rest)) ||
        /\.(csv|json|yaml|npz|npy|txt|md|html|jsonl|safetensors|onnx|scp|pkl|py|sh|pth|ark|model)$/i.test(path)
      )
        continue;
      count++;
      const unknown = path.split('.').filter((name) => !exported.has(name) && !named.has(name));
      if (unknown.length > 0) problems.push(`${file}:${line}: \`${span}\`: nothing in our packages is called ${unknown.join(', ')}`);
    }
  }
  return count;
}

/** The table of names has every public name, and something of ours, or `not yet`, beside each. */
function checkNames() {
  const { names, members } = JSON.parse(readFileSync(join(root, 'scripts/fixtures/s3prl-names.json'), 'utf8'));
  const table = new Map();
  for (const { line, cells } of rows('docs/parity.md'))
    for (const [, name] of cells[0].matchAll(/`([A-Za-z]\w*)`/g))
      table.set(name, { line, cells: [...(table.get(name)?.cells ?? []), cells] });
  // a name is public in several modules; the innermost one is told
  const modules = new Map(Object.entries(names).flatMap(([module, publicNames]) => publicNames.map((name) => [name, module])));
  for (const [name, module] of modules) {
    const found = table.get(name);
    if (!found) {
      problems.push(`docs/parity.md: does not speak of ${name}, a public name of s3prl.${module}`);
      continue;
    }
    const answered = found.cells.some(
      ([, verdict, here]) =>
        verdict === 'not yet' ||
        here.includes('`npx s3 ') ||
        [...here.matchAll(/`(@?[\w/-]+)/g)].some(([, ours]) => exported.has(ours) || named.has(ours)),
    );
    if (!answered) problems.push(`docs/parity.md:${found.line}: says nothing of ours beside ${name}`);
  }
  const told = ['docs/parity.md', 'docs/glossary.md'].flatMap(rows).flatMap(({ cells }) => [...cells[0].matchAll(/`([^`]*)`/g)]);
  const words = new Set(told.flatMap(([, span]) => span.match(/\w+/g) ?? []));
  for (const member of members)
    if (!words.has(member)) problems.push(`docs/glossary.md: does not speak of ${member}, a method or property in S3PRL`);
}
