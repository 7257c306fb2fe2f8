import { createRequire } from 'node:module';

/** Version of a package that the command brings, by its name. */
export function packageVersion(name: string): string {
  return (createRequire(import.meta.url)(`${name}/package.json`) as { readonly version: string }).version;
}
