import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A line of code that is neither of S3 nor of a library: of a recipe or a plugin of the user's. */
export interface ForeignFrame {
  /** file and line */
  readonly where: string;
  /** whether S3's own code is between it and the place of the error */
  readonly isBelow: boolean;
}

/** The first such line in the stack of an error. */
export function foreignFrame(stack: string): ForeignFrame | undefined {
  let isBelow = false;
  for (const line of stack.split('\n')) {
    const [, location, row] = /^ +at .*?((?:file:\/\/|\/|[A-Za-z]:\\)[^()]*?):(\d+):\d+\)?$/.exec(line) ?? [];
    if (location === undefined) continue;
    const path = location.startsWith('file:') ? fileURLToPath(location) : location;
    const owner = ownerOf(path);
    if (owner === 'user') return { where: `${path}:${row}`, isBelow };
    isBelow ||= owner === 's3';
  }
  return undefined;
}

/** What is installed and does not depend on the contract is a library. */
function ownerOf(path: string): 's3' | 'user' | 'library' {
  const { name = '', dependencies = {}, peerDependencies = {} } = manifestOf(dirname(path));
  if (name.startsWith('@s3/')) return 's3';
  const isInstalled = /[\\/]node_modules[\\/]/.test(path);
  return isInstalled && !('@s3/interface' in { ...dependencies, ...peerDependencies }) ? 'library' : 'user';
}

interface Manifest {
  readonly name?: string;
  readonly dependencies?: object;
  readonly peerDependencies?: object;
}

/** Of the package that a folder belongs to; empty for none. */
function manifestOf(folder: string): Manifest {
  const file = join(folder, 'package.json');
  if (existsSync(file)) {
    const manifest = parsed(readFileSync(file, 'utf8'));
    // a build folder may hold one that says nothing but "type"
    if (manifest.name !== undefined) return manifest;
  }
  const above = dirname(folder);
  return above === folder ? {} : manifestOf(above);
}

/** What cannot be read must not hide the error that is being told. */
function parsed(text: string): Manifest {
  try {
    return (JSON.parse(text) ?? {}) as Manifest;
  } catch {
    return {};
  }
}
