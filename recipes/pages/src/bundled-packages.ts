import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A library that is in a bundle. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** expression of SPDX, as its manifest names it */
  readonly licence: string;
  /** the words that its licence asks to be passed on; undefined where it brings none, and its licence is none that we know by heart */
  readonly text: string | undefined;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly author?: string | { readonly name?: string };
  readonly dependencies?: { readonly [name: string]: string };
}

/**
 * The libraries in a bundle, in the order of their names; none of S3's own.
 *
 * @param inputs paths of the files that were bundled, as esbuild's metafile lists them
 * @param inlined packages whose own files have others in them: what they depend on is in the bundle, too
 */
export function bundledPackages(inputs: readonly string[], inlined: readonly string[] = []): readonly BundledPackage[] {
  const packages = new Map<string, BundledPackage>();
  const add = (folder: string, isInlined: boolean): void => {
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
    const { name, version, license = 'no licence that it names', dependencies = {} } = manifest;
    if (name.startsWith('@s3/') || packages.has(name)) return;
    packages.set(name, { name, version, licence: license, text: textOf(folder, manifest) });
    if (!isInlined) return;
    for (const dependency of Object.keys(dependencies)) {
      const next = resolved(folder, dependency);
      if (!next) throw new Error(`${dependency}, which ${name} has in it, is not installed`);
      add(next, true);
    }
  };
  for (const input of inputs) {
    const [found] = /^.*node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(input) ?? [];
    // others are made up by esbuild: (disabled):node_modules/...
    if (found && existsSync(join(found, 'package.json'))) {
      const name = found.replaceAll('\\', '/');
      add(
        realpathSync(found),
        inlined.some((each) => name.endsWith(`node_modules/${each}`)),
      );
    }
  }
  return [...packages.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}

const line = '='.repeat(100);

/** A part of a text, under its title. */
export const titled = (title: string, text: string): string => ['', line, title, line, '', text.trim()].join('\n');

function textOf(folder: string, { name, license, author }: Manifest): string | undefined {
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
  if (files.length > 0) return files.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n\n');
  const holder = (typeof author === 'string' ? author : author?.name) ?? `the authors of ${name}`;
  if (license === 'MIT') return mit(holder);
  return license === 'Apache-2.0' ? `Copyright ${holder}. Under the Apache License 2.0, which is above.` : undefined;
}

/** From beside the package, as Node looks for it. */
function resolved(folder: string, name: string): string | undefined {
  for (let place = folder; dirname(place) !== place; place = dirname(place)) {
    const path = join(place, 'node_modules', name);
    if (existsSync(join(path, 'package.json'))) return realpathSync(path);
  }
  return undefined;
}

const mit = (holder: string) => `MIT License

Copyright (c) ${holder}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS
FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER
IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;
