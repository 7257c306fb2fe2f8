// `npm run release`: tests everything, and all that depends on the contract with it, then publishes what is not yet published, in the order of
// dependencies. Further words go to `changeset publish`.
//   --tested   the tests have passed on this very tree, such as in an earlier step of the same job
// Provenance, a signed note of where a package was built, is published where the host offers it; NPM_CONFIG_PROVENANCE=false leaves it out.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { publishedPackages } from './installed-packages.mjs';
import { root } from './workspace.mjs';

const words = process.argv.slice(2);
if (!words.includes('--tested')) run('npm', ['test'], {});
const provenance = offersProvenance();
if (provenance) {
  const without = publishedPackages.filter(({ manifest }) => !manifest.repository).map(({ manifest }) => manifest.name);
  if (without.length > 0) {
    console.error(
      `release: npm publishes provenance for packages that name their repository, and these have no "repository" in their package.json: ${without.join(', ')}. Add it, or set NPM_CONFIG_PROVENANCE=false.`,
    );
    process.exit(1);
  }
}
console.log(
  provenance ? 'With provenance, which this host signs.' : 'Without provenance, since this host offers none, or it is switched off.',
);
const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const env = { NPM_CONFIG_PROVENANCE: String(provenance) };
run('npx', ['-y', packageManager, 'exec', 'changeset', 'publish', ...words.filter((word) => word !== '--tested')], env);

/** Hosts that npm takes such notes from give a job a token for them. */
function offersProvenance() {
  const { NPM_CONFIG_PROVENANCE: asked, ACTIONS_ID_TOKEN_REQUEST_URL: github, SIGSTORE_ID_TOKEN: gitlab } = process.env;
  if (asked !== undefined) return asked === 'true';
  return Boolean(github || gitlab);
}

function run(command, args, more) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...more },
    shell: process.platform === 'win32',
  });
  if (error) console.error(`release: ${command} could not be started: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}
