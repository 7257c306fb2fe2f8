import { setTimeout as sleep } from 'node:timers/promises';
import { launchOf } from '@s3/mpi/launch';
import { type CommandLineOptions, commandLine } from '@s3/trainer/command-line';
import { addCommands } from './commands.ts';
import { outputTrouble } from './output-trouble.ts';
import { packageVersion } from './package-version.ts';
import { connectProcesses } from './processes/connect-processes.ts';
import { refuseLauncher } from './processes/refuse-launcher.ts';
import { recipes as ownRecipes } from './recipes.ts';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  const { exitCode, text } = outputTrouble(error);
  process.stderr.write(text);
  process.exit(exitCode);
});

const packages = ['@s3/cli', '@s3/interface', '@s3/engine', ...ownRecipes.map(({ name }) => `@s3/${name}`)];
const argv = process.argv.slice(2);

/** Ours, and those of packages that the project around the working directory has installed. */
async function allRecipes() {
  // `s3 --help` names none
  if (argv[0] === undefined || argv[0].startsWith('-')) return ownRecipes;
  const { installedRecipes } = await import('./installed-recipes.ts');
  const ownNames = ownRecipes.map(({ name }) => name);
  const { recipes, problems } = installedRecipes(process.cwd(), ownNames);
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  return [...ownRecipes, ...recipes];
}

/** Tells it once, however many processes there are. */
async function refuseProcesses(): Promise<void> {
  const launch = launchOf();
  try {
    refuseLauncher(argv, launch);
  } catch (error) {
    if (launch?.rank === 0) throw error;
    await sleep(1000);
    process.exit(1);
  }
}

const program: CommandLineOptions = {
  argv,
  stdout: process.stdout,
  stderr: process.stderr,
  recipes: await allRecipes(),
  selectEngine: async (name) => (await import('@s3/engine')).selectEngine(name),
  connectProcesses,
  addCommands: (command) => {
    command.hook('preAction', refuseProcesses);
    addCommands(command, program);
  },
  version: packageVersion('@s3/cli'),
  packages: Object.fromEntries(packages.map((name) => [name, packageVersion(name)])),
};
process.exitCode = await commandLine(program);
