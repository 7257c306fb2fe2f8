// What `--help` says of every command, on one page.
import { addCommands } from '@s3/cli/commands';
import { recipes } from '@s3/cli/recipes';
import { commandLine } from '@s3/trainer/command-line';

export async function commandPage() {
  const sections = [`# Commands\n\nWhat \`npx s3 COMMAND --help\` prints. What they are for: [the s3 command](/recipes/cli).\n`];
  const add = async (words, level) => {
    sections.push(`${'#'.repeat(level)} s3 ${words.join(' ')}\n\n\`\`\`text\n${(await help(words)).trim()}\n\`\`\`\n`);
  };
  for (const { name, inner } of await commandTree()) {
    await add([name], 2);
    for (const below of inner) await add([name, below], 3);
  }
  return sections.join('\n');
}

/** The commands, each with the names of those below it. */
async function commandTree() {
  let tree = [];
  await s3(['--help'], (program) => {
    tree = program.commands.map((command) => ({ name: command.name(), inner: command.commands.map((below) => below.name()) }));
  });
  return tree;
}

const help = async (words) => (await s3([...words, '--help'])).stdout;

/** The `s3` command in this process. */
async function s3(argv, onProgram = () => {}) {
  const written = { stdout: '', stderr: '' };
  const into = (stream) => ({
    write(text) {
      written[stream] += text;
    },
  });
  const program = {
    argv,
    recipes,
    stdout: into('stdout'),
    stderr: into('stderr'),
    selectEngine: () => Promise.reject(new Error('no engine is needed to read')),
    addCommands: (command) => {
      addCommands(command, program);
      onProgram(command);
    },
  };
  return { code: await commandLine(program), ...written };
}
