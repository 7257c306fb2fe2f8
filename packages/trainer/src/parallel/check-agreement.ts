import { hostname } from 'node:os';
import { join } from 'node:path';
import { InputError } from '@s3/interface';
import { exists } from '../checkpoint/checkpoint.ts';
import { configDifference } from '../checkpoint/config-difference.ts';
import type { StageContext } from '../stages/stage-context.ts';
import { fromRoot } from './from-root.ts';
import { gatherValues } from './gather-values.ts';

interface Standing {
  readonly host: string;
  readonly config: { readonly [setting: string]: unknown };
  readonly recipe: string;
  readonly version: string;
  readonly engine: string;
  readonly seesTarget: boolean;
}

/** settings that may differ from machine to machine */
const ofTheMachine = new Set(['workers', 'cacheDir']);

/**
 * Makes sure that all processes are about to do the same, once rank 0 has written to the target directory.
 *
 * @param witness the file in the target directory that rank 0 wrote last
 * @throws InputError, on rank 0, for other settings, versions or engines, or a target directory that not all of them see
 */
export async function checkAgreement(
  { communicator, recipe, config, settings, version, engine }: StageContext,
  witness = 'environment.json',
): Promise<void> {
  if (communicator.size === 1) return;
  const seesTarget = await exists(join(settings.targetDir, witness));
  // through JSON: what a file of settings could hold
  const plain = JSON.parse(JSON.stringify(config)) as Standing['config'];
  const standing = { host: hostname(), config: plain, recipe: recipe.name, version, engine: engine.name, seesTarget };
  const all = await gatherValues<Standing>(communicator, standing);
  await fromRoot(communicator, () => {
    const root = all![0]!;
    all!.forEach((other, rank) => {
      const place = `process ${rank} on ${other.host}`;
      if (other.recipe !== root.recipe || other.version !== root.version) {
        throw new InputError(
          place,
          `the recipe ${other.recipe} with @s3/trainer ${other.version}`,
          `${root.recipe} with ${root.version}, as in process 0 on ${root.host}`,
          'Start all processes with the same program.',
        );
      }
      const differences = configDifference(root.config, other.config, ofTheMachine);
      if (differences.length > 0) {
        throw new InputError(
          place,
          `other settings than process 0 on ${root.host}: ${differences.join('; ')}`,
          'the same settings',
          'Start all processes with the same command and the same files of settings.',
        );
      }
      if (other.engine !== root.engine) {
        throw new InputError(
          place,
          `the engine ${other.engine}`,
          `${root.engine}, as in process 0 on ${root.host}`,
          'Name one that all of them have with --engine; `s3 engine` says which those are.',
        );
      }
      if (!other.seesTarget) {
        throw new InputError(
          place,
          `no ${join(settings.targetDir, witness)}, which process 0 on ${root.host} has just written`,
          'a targetDir that all processes see',
          'Use a folder on a file system that the machines share.',
        );
      }
    });
  });
}
