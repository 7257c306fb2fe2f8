import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { trainCsv, trialsCsv } from '@s3/quickstart-data';
import { commandLine } from '@s3/trainer/command-line';

const settingsFile = fileURLToPath(new URL('../quickstart.yaml', import.meta.url));
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };

/** `s3 run superb-asv` with the settings of quickstart.yaml on the recordings of the repository; whatever follows on the command line wins. */
process.exitCode = await commandLine({
  argv: [
    ...['run', 'superb-asv', '--config', settingsFile, '--targetDir', 'runs/quickstart'],
    ...['--corpus.train', trainCsv, '--corpus.tests', trialsCsv],
    ...process.argv.slice(2),
  ],
  stdout: process.stdout,
  stderr: process.stderr,
  recipes: [
    {
      name: 'superb-asv',
      summary: 'Speaker verification, scored by equal error rate',
      load: async () => (await import('@s3/superb-asv')).default,
    },
  ],
  selectEngine: async (name) => (await import('@s3/engine')).selectEngine(name),
  version,
});
