import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './workspace.mjs';

/**
 * Makes a small speech encoder with weights at random in Hugging Face layout, as they come from the hub.
 *
 * @param scratch folder for it and the program that makes it
 * @returns its folder, in `scratch`
 */
export function smallEncoder(scratch) {
  const fixture = join(root, 'packages/upstream/src/fixtures/small-checkpoint.ts');
  const program = `import { checkpointFiles, temporaryFolder } from ${JSON.stringify(fixture)}; console.log(await temporaryFolder(checkpointFiles('wavlm-base')));`;
  writeFileSync(join(scratch, 'encoder.mts'), program);
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', join(scratch, 'encoder.mts')], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, TMPDIR: scratch, TMP: scratch, TEMP: scratch },
  });
  assert.equal(status, 0, stderr);
  return stdout.trim();
}

/** Keeps the weights of such a folder in parts that an index lists, as large models are kept. */
export function keepInParts(folder) {
  const part = 'model-00001-of-00001.safetensors';
  const bytes = readFileSync(join(folder, 'model.safetensors'));
  const { __metadata__: _, ...tensors } = JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))).toString());
  const index = { weight_map: Object.fromEntries(Object.keys(tensors).map((name) => [name, part])) };
  writeFileSync(join(folder, 'model.safetensors.index.json'), JSON.stringify(index));
  renameSync(join(folder, 'model.safetensors'), join(folder, part));
}
