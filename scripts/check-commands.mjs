// Every command that a README or a page of docs tells people to type is understood by the program that they type it to:
// `s3` parses it (a run's settings are checked as `s3 config` checks them), npm has the script, node the file.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { addCommands } from '@s3/cli/commands';
import { recipes } from '@s3/cli/recipes';
import { commandLine } from '@s3/trainer/command-line';
import { packageFolders, root } from './workspace.mjs';

const decisions = readdirSync(join(root, 'docs/decisions')).map((name) => `docs/decisions/${name}`);
const docs = readdirSync(join(root, 'docs')).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : []));
const packages = packageFolders.map((folder) => `${folder}/README.md`).filter((file) => existsSync(join(root, file)));
const pages = ['README.md', 'CONTRIBUTING.md', 'recipes/README.md', 'bench/README.md', 'site/home.md', ...docs, ...decisions, ...packages];

const problems = [];
const seen = new Map();
let count = 0;
for (const file of pages) {
  const text = readFileSync(join(root, file), 'utf8');
  for (const { line, command } of [...commandsOfBlocks(text), ...commandsOfSpans(text)]) {
    const key = `${command} in ${folderOf(file)}`;
    if (!seen.has(key)) seen.set(key, await check(command, folderOf(file)));
    const found = seen.get(key);
    if (found === undefined) continue;
    count++;
    if (found !== '') problems.push(`${file}:${line}: ${command}\n    ${found}`);
  }
}
if (count === 0) problems.push('no page has a command');
if (problems.length > 0) {
  console.error(problems.map((problem) => `  ${problem}`).join('\n'));
  console.error(`check-commands: ${problems.length} problem${problems.length === 1 ? '' : 's'}`);
  process.exit(1);
}
console.log(`check-commands: ${count} commands are understood`);

/** The lines of `sh` blocks, those that go on after a backslash joined. */
function commandsOfBlocks(text) {
  return [...text.matchAll(/^```(?:sh|bash|console)[^\n]*\n([\s\S]*?)^```/gm)].flatMap(({ index, 1: block }) => {
    const first = text.slice(0, index).split('\n').length + 1;
    const lines = block.replace(/\\\n/g, (joined) => ' '.repeat(joined.length)).split('\n');
    return lines.map((line, number) => ({ line: first + number, command: line.trim() })).filter(({ command }) => command !== '');
  });
}

/** What stands in code in a sentence or a table, as `npx s3 list`. */
function commandsOfSpans(text) {
  const prose = text.replace(/^```[\s\S]*?^```/gm, (block) => block.replace(/[^\n]/g, ' '));
  return [...prose.matchAll(/`((?:npx s3|npm run|node) [^`]+|npm (?:start|test))`/g)].map(({ index, 1: command }) => ({
    line: text.slice(0, index).split('\n').length,
    command,
  }));
}

/** A sentence on what is wrong with a command, an empty one where nothing is, undefined for commands of others. */
async function check(command, folder) {
  const words = split(command);
  const at = words.findIndex((word, index) => word === 's3' && (index === 0 || words[index - 1] === 'npx'));
  if (at >= 0) return await checkS3(words.slice(at + 1));
  const [program, second, third] = words.filter((word) => !/^[A-Z_0-9]+=/.test(word));
  if (program === 'npm' && ['run', 'start', 'test'].includes(second)) {
    const script = second === 'run' ? third : second;
    const known = ['.', folder].some((place) => JSON.parse(readFileSync(join(root, place, 'package.json'), 'utf8')).scripts?.[script]);
    return known ? '' : `there is no script ${script}`;
  }
  const script = /(?:^|\s)node (?:-\S+ )*((?:scripts|bench|recipes|site)\/\S+)/.exec(command)?.[1];
  if (script) return existsSync(join(root, script)) ? '' : `there is no ${script}`;
  return undefined;
}

/** The package that a page belongs to. */
function folderOf(file) {
  return packageFolders.find((folder) => file.startsWith(`${folder}/`)) ?? '.';
}

/** Words as a shell splits them, up to a comment, a pipe or a redirection. */
function split(command) {
  const words = [];
  for (const [word] of command.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)) {
    if (/^(#|\||>|&&|<|;)/.test(word)) break;
    if (word.endsWith(';')) return [...words, word.slice(0, -1)];
    words.push(word.replace(/^(['"])(.*)\1$/s, '$2').replace(/(?<==)(['"])(.*)\1$/s, '$2'));
  }
  return words;
}

/** The command as `s3` parses it, without doing it. */
async function checkS3(given) {
  // `...` stands for more, capitals for a name of one's own
  const words = given
    .filter((word) => word !== '...')
    .map((word) => (/^(NAME|RECIPE)$/.test(word) ? 'superb-asv' : word.replace(/\$\w+/g, '1')));
  if (words.length === 0 || words[0] === 'COMMAND') return '';
  // a command that is only named
  if (words.every((word) => /^[a-z]+$/.test(word))) words.push('--help');
  if (words[0] === 'sweep' && !words.includes('--help')) words.splice(0, words.length, 'run', ...withFirstValues(words.slice(1)));
  const isRun = words[0] === 'run' || words[0] === 'config';
  if (isRun && words.includes('--help')) words.splice(1, words.length, words[1], '--help');
  if (isRun && /^\.\.?\//.test(words[1] ?? '')) return ''; // a module of the reader's
  const argv = isRun ? ['config', ...withoutFiles(words.slice(1))] : words;
  const said = [];
  const program = {
    argv,
    recipes,
    stdout: { write() {} },
    stderr: { write: (text) => void said.push(text) },
    selectEngine: () => Promise.reject(new Error('nothing is computed here')),
    addCommands: (command) => {
      addCommands(command, program);
      if (!isRun) doNothing(command);
    },
  };
  return (await commandLine(program)) === 0 ? '' : said.join('').trim();
}

/** What a sweep would run first; a setting without its section only stands for one. */
function withFirstValues(words) {
  return words.flatMap((word, index) => {
    if (word === '--over') return [];
    if (words[index - 1] !== '--over') return [word];
    return word.includes('.') ? [`--${word.split(',')[0]}`] : [];
  });
}

/** A page's own YAML files are not there, nor the file that settings go to. */
function withoutFiles(words) {
  const ofFiles = ['--config', '--dump'];
  return words.filter((word, index) => word !== '--json' && !ofFiles.includes(word) && !ofFiles.includes(words[index - 1]));
}

/** Arguments and options are parsed and checked, and that is all. */
function doNothing(command) {
  command.action(() => {});
  for (const below of command.commands) doNothing(below);
}
