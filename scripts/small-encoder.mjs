import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './workspace.mjs';

/**
 * Makes a small speech encoder with weights at random in Hugging Face layout, as they come from the hub.
 *
 * @param scratch folder for the program that makes it
 * @returns its folder
 */
export function smallEncoder(scratch) {
  const fixture = join(root, 'packages/upstream/src/fixtures/small-checkpoint.ts');
  const program = `import { checkpointFiles, temporaryFolder } from ${JSON.stringify(fixture)}; console.log(await temporaryFolder(checkpointFiles('wavlm-base')));`;
  writeFileSync(join(scratch, 'encoder.mts'), program);
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', join(scratch, 'encoder.mts')], {
    cwd: root,
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  return stdout.trim();
}
