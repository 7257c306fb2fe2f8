import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { InputError } from '@s3/interface';
import { describe, expect, it } from 'vitest';
import { installedRecipes } from './installed-recipes.ts';

/** A project with what is installed in it: path to content. */
function project(files: { readonly [path: string]: unknown }): string {
  const folder = mkdtempSync(join(tmpdir(), 's3-installed-'));
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  }
  return folder;
}

const recipeSource = (name: string) => `
export default { name: '${name}', summary: 'whales', config: {}, prepare() {}, encode() {}, buildTask() {}, buildProblem() {} };
`;
const whales = { s3: { recipes: [{ name: 'whales', summary: 'Songs of whales', module: './recipe.mjs' }] } };

function withWhales(manifest: object, source = recipeSource('whales')): string {
  return project({
    'package.json': { dependencies: { 's3-whales': '^1.0.0' } },
    'node_modules/s3-whales/package.json': { ...whales, ...manifest },
    'node_modules/s3-whales/recipe.mjs': source,
    'deep/inside/file': '',
  });
}

describe('recipes of installed packages', () => {
  it('are found from anywhere in a project, and loaded when they are asked for', async () => {
    const folder = withWhales({ peerDependencies: { '@s3/interface': '^0.1.0' } });
    const { recipes, problems } = installedRecipes(join(folder, 'deep/inside'), []);
    expect(problems).toEqual([]);
    expect(recipes.map(({ name, summary }) => [name, summary])).toEqual([['whales', 'Songs of whales']]);
    expect(await recipes[0]!.load()).toMatchObject({ name: 'whales' });
  });

  it('say where a page finds the half that needs no files, else the whole', () => {
    const [half] = whales.s3.recipes.map((recipe) => ({ ...recipe, task: './task.mjs' }));
    for (const [manifest, file] of [
      [{}, 'recipe.mjs'],
      [{ s3: { recipes: [half] } }, 'task.mjs'],
    ] as const) {
      const folder = withWhales(manifest);
      const place = join(folder, 'node_modules/s3-whales');
      const page = { module: join(place, file), manifest: join(place, 'package.json') };
      expect(installedRecipes(folder, []).recipes[0]!.page).toEqual(page);
    }
  });

  it("are the project's own, too", () => {
    const folder = project({ 'package.json': whales });
    expect(installedRecipes(folder, []).recipes.map(({ name }) => name)).toEqual(['whales']);
  });

  it('are refused when they were made for another contract, which is said of any package', async () => {
    const { recipes, problems } = installedRecipes(withWhales({ peerDependencies: { '@s3/interface': '^9.0.0' } }), []);
    await expect(recipes[0]!.load()).rejects.toThrow(InputError);
    await expect(recipes[0]!.load()).rejects.toThrow(/whales .*found one made for @s3\/interface \^9\.0\.0; expected one for \d/);
    expect(problems).toHaveLength(1);
    const of = (manifest: object) => installedRecipes(withWhales({ s3: undefined, name: 's3-whales', ...manifest }), []).problems;
    const older = { version: '1.2.3', peerDependencies: { '@s3/interface': '^0.0.1' } };
    expect(of(older)[0]).toMatch(
      /package\.json: found s3-whales 1\.2\.3, made for @s3\/interface \^0\.0\.1; expected one for \d.*npm install s3-whales@latest/,
    );
    expect(of({ dependencies: { '@s3/interface': '>=9' } })[0]).toContain('npm install @s3/cli@latest, or an older version of s3-whales');
    expect([...of({ peerDependencies: { '@s3/interface': 'workspace:^' } }), ...of({ dependencies: { semver: '^9' } })]).toEqual([]);
  });

  it('are refused when they are called otherwise, or are none', async () => {
    const [other] = installedRecipes(withWhales({}, recipeSource('dolphins')), []).recipes;
    await expect(other!.load()).rejects.toThrow(/calls itself 'dolphins'/);
    const [none] = installedRecipes(withWhales({}, 'export default 1;'), []).recipes;
    await expect(none!.load()).rejects.toThrow('default export is no recipe');
  });

  it('are left out with a sentence where a manifest cannot be used or a name is taken', () => {
    const broken = installedRecipes(withWhales({ s3: { recipes: [{ name: 'whales', summary: 'x', module: 'recipe.mjs' }] } }), []);
    expect(broken.recipes).toEqual([]);
    expect(broken.problems[0]).toMatch(/s3-whales.package\.json: s3\.recipes\.0\.module: .*its recipes are left out/);
    expect(installedRecipes(withWhales({}), ['whales']).problems[0]).toContain("there is a recipe 'whales' already");
  });

  it('need no project', () => {
    expect(installedRecipes('/', [])).toEqual({ recipes: [], problems: [] });
  });
});
