import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { InputError } from '@s3/interface';
import { gtr, ltr, satisfies } from 'semver';
import { packageVersion } from './package-version.ts';

/** What a package says of itself and of the contract that it was made for. */
interface Manifest {
  readonly name?: string | undefined;
  readonly version?: string | undefined;
  readonly dependencies?: { readonly [name: string]: string };
  readonly peerDependencies?: { readonly [name: string]: string };
}

/** A package made for another contract: what was found, what is here, what to do. */
export interface OtherContract {
  readonly found: string;
  readonly expected: string;
  readonly remedy: string;
}

/** Undefined for a package that was made for the contract of this s3, or says nothing of it. */
export function otherContract({ name, version, dependencies = {}, peerDependencies = {} }: Manifest): OtherContract | undefined {
  const range = peerDependencies['@s3/interface'] ?? dependencies['@s3/interface'];
  const here = packageVersion('@s3/interface');
  // a range that names no versions (workspace:, file:) is of someone who works on both
  const isRange = range !== undefined && /^[\^~<>=\d*]/.test(range);
  if (!isRange || satisfies(here, range, { includePrerelease: true })) return undefined;
  const self = name === undefined ? 'the package' : name;
  const remedies = [
    ...(gtr(here, range)
      ? [`It is older than this s3: install a newer version of it (npm install ${self}@latest), or the older @s3/cli.`]
      : []),
    ...(ltr(here, range) ? [`It is newer than this s3: npm install @s3/cli@latest, or an older version of ${self}.`] : []),
  ];
  return {
    found: `${name === undefined ? 'one' : `${name}${version === undefined ? '' : ` ${version}`},`} made for @s3/interface ${range}`,
    expected: `one for ${here}, which this s3 has`,
    remedy: remedies[0] ?? `Install a version of ${self} that fits, or another @s3/cli.`,
  };
}

/** @throws InputError for a module of a package that was made for another contract */
export function refuseOtherContract(module: string): void {
  for (let place = dirname(resolve(module)); ; place = dirname(place)) {
    const manifest = manifestIn(place);
    // a package.json without a name only says what kind the modules around it are
    if (manifest?.name !== undefined) {
      const other = otherContract(manifest);
      if (other) throw new InputError(module, other.found, other.expected, other.remedy);
      return;
    }
    if (dirname(place) === place) return;
  }
}

function manifestIn(folder: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  } catch {
    return undefined;
  }
}
