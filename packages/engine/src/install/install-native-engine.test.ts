import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { InputError } from '@s3/interface';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { selectEngine } from '../select-engine.ts';
import { copyLibrary } from './fetch-library.ts';
import { installNativeEngine, removeNativeEngine } from './install-native-engine.ts';
import { engineCacheDir, installedFormat, installedNatives, markerFile, nativeName } from './installed-native.ts';
import { librarySource } from './library-source.ts';
import { checkRequirements } from './requirements.ts';
import { runProgram } from './run-program.ts';

const path = process.env['PATH']!;
let cacheDir: string;
let programs: string;
beforeEach(() => {
  cacheDir = mkdtempSync(join(tmpdir(), 's3-engine-'));
  programs = join(cacheDir, 'programs');
  mkdirSync(programs);
});
afterEach(() => {
  process.env['PATH'] = path;
  rmSync(cacheDir, { recursive: true, force: true });
});

/** A machine that has these programs and no others; each a line of shell. */
function machineWith(scripts: { readonly [name: string]: string }): void {
  for (const [name, script] of Object.entries(scripts)) {
    const file = join(programs, name);
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
  }
  process.env['PATH'] = programs;
}

function pretendInstalled(gpu: boolean): string {
  const directory = join(cacheDir, nativeName(gpu));
  mkdirSync(directory);
  writeFileSync(join(directory, markerFile), JSON.stringify({ format: installedFormat, libtensorflow: '2.16.2', gpu }));
  return directory;
}

const requirements = (more = {}) => checkRequirements({ cacheDir, pip: true, megabytes: 1, ...more });

describe.skipIf(process.platform !== 'linux')('what a machine lacks', () => {
  test('is said all at once, and nothing is downloaded', async () => {
    machineWith({});
    const install = installNativeEngine({ cacheDir });
    await expect(install).rejects.toThrow(InputError);
    await expect(install).rejects.toThrow(/no python3 with pip, no C\+\+ compiler that works, no npm, no tar.*Nothing was downloaded/s);
    expect(readdirSync(cacheDir)).toEqual(['programs']);
  });

  test('a pip too old to fetch for another Python counts as none', async () => {
    machineWith({ python3: "echo 'pip 19.0.3 from somewhere'" });
    await expect(requirements()).rejects.toThrow(/no python3 with pip/);
    machineWith({ python3: "echo 'pip 20.3 from somewhere'" });
    const error: Error = await requirements().then(
      () => new Error('is content'),
      (cause: Error) => cause,
    );
    expect(error.message).not.toMatch(/pip/);
  });

  test('a compiler that does not compile is passed over for one that does', async () => {
    machineWith({ 'c++': 'exit 1', 'g++': 'exit 0', npm: 'exit 0', tar: 'exit 0', python3: "echo 'pip 24.0'" });
    expect(await requirements()).toEqual({ python: 'python3', compiler: 'g++' });
    expect(await requirements({ pip: false })).toEqual({ python: '', compiler: 'g++' });
  });

  test('too little room and a folder that cannot be written', async () => {
    machineWith({ 'c++': 'exit 0', npm: 'exit 0', tar: 'exit 0', python3: "echo 'pip 24.0'" });
    await expect(requirements({ megabytes: 1e12 })).rejects.toThrow(/MB free in .*1000000000000 MB free.*XDG_CACHE_HOME/s);
    const file = join(cacheDir, 'file');
    writeFileSync(file, '');
    await expect(requirements({ cacheDir: join(file, 'engine') })).rejects.toThrow(/cannot be written/);
  });
});

describe.skipIf(process.platform !== 'linux')('installation', () => {
  const machine = { npm: 'exit 0', tar: 'exit 0', 'c++': 'exit 0' };

  test('says what pip said when it brings nothing, and lets the next one in', async () => {
    machineWith({ ...machine, python3: 'case "$*" in *--version*) echo "pip 24.0";; *) echo "no route to the index" >&2; exit 1;; esac' });
    const messages: string[] = [];
    const install = () => installNativeEngine({ cacheDir, onProgress: (message) => messages.push(message) });
    await expect(install()).rejects.toThrow(/pip download tensorflow.*no route to the index/s);
    await expect(install()).rejects.toThrow(/no route to the index/);
    expect(messages.filter((message) => message.startsWith('downloading')).length).toBe(2);
    expect(messages.join()).not.toContain('waiting');
    expect(installedNatives(cacheDir)).toEqual([]);
  });

  test('keeps what is finished', async () => {
    const building = join(cacheDir, `${nativeName(false)}.building`);
    mkdirSync(join(building, 'tensorflow', 'lib'), { recursive: true });
    const { package: name, version } = librarySource(false) ?? { package: 'tensorflow-cpu', version: '' };
    writeFileSync(join(building, 'tensorflow', 'origin'), `${name}==${version}`);
    machineWith({ ...machine, npm: 'case "$*" in *pack*) echo "npm has no network" >&2; exit 1;; esac' });
    const messages: string[] = [];
    // without pip: the library is there
    await expect(installNativeEngine({ cacheDir, onProgress: (message) => messages.push(message) })).rejects.toThrow(
      /npm pack.*npm has no network/s,
    );
    expect(messages).toEqual(['bringing tfjs-node by npm']);
    expect(existsSync(join(building, 'tensorflow'))).toBe(true);
  });

  test('leaves a ready engine alone, and is removed whole', async () => {
    const directory = pretendInstalled(false);
    machineWith({});
    const ready = { directory, libtensorflow: '2.16.2', gpu: false };
    expect(await installNativeEngine({ cacheDir })).toEqual(ready);
    const gpu = pretendInstalled(true);
    expect(installedNatives(cacheDir)).toEqual([{ directory: gpu, libtensorflow: '2.16.2', gpu: true }, ready]);
    expect(await removeNativeEngine({ cacheDir })).toEqual([gpu, directory]);
    expect(installedNatives(cacheDir)).toEqual([]);
    expect(await removeNativeEngine({ cacheDir })).toEqual([]);
  });

  test("goes without S3's own kernels where they cannot be compiled, and says so", async () => {
    const directory = pretendInstalled(false);
    const said = async (scripts: { readonly [name: string]: string }) => {
      const messages: string[] = [];
      machineWith(scripts);
      expect(await installNativeEngine({ cacheDir, onProgress: (message) => messages.push(message) })).toMatchObject({ directory });
      return messages.at(-1);
    };
    expect(await said({})).toBe("leaving out S3's own kernels, which need a C++ compiler");
    const compiler = 'case "$*" in *kernels.cc*) echo "unknown option" >&2; exit 1;; esac';
    expect(await said({ 'c++': compiler })).toMatch(/^leaving out S3's own kernels, since they do not compile: .*unknown option$/);
    expect(existsSync(join(directory, 'kernels'))).toBe(false);
    expect(installedNatives(cacheDir)).toHaveLength(1);
  });

  test('does not count without a marker that can be read', async () => {
    const directory = pretendInstalled(false);
    writeFileSync(join(directory, markerFile), '{"format":');
    expect(installedNatives(cacheDir)).toEqual([]);
    writeFileSync(join(directory, markerFile), '{"format":0,"libtensorflow":"2.9.1","gpu":false}');
    expect(installedNatives(cacheDir)).toEqual([]);
  });

  test('one that does not load is named when native is asked for', async () => {
    const directory = pretendInstalled(false);
    const outcome = await selectEngine('native', cacheDir).catch((error: Error) => error.message);
    // a machine with tfjs-node of its own never looks for it
    if (typeof outcome === 'string') expect(outcome).toContain(`the one in ${directory} does not load`);
  });
});

test('a library that is given is copied with its headers, and refused without', () => {
  const given = join(cacheDir, 'tensorflow');
  expect(() => copyLibrary(given, join(cacheDir, 'out'))).toThrow(/no libtensorflow_cc.so.2/);
  mkdirSync(given);
  for (const name of ['libtensorflow_cc.so.2.16.2', 'libtensorflow_framework.so.2']) writeFileSync(join(given, name), name);
  symlinkSync('libtensorflow_cc.so.2.16.2', join(given, 'libtensorflow_cc.so.2'));
  expect(() => copyLibrary(given, join(cacheDir, 'out'))).toThrow(/no include\/tensorflow\/c\/c_api.h/);
  const header = join(given, 'include/tensorflow/c/c_api.h');
  mkdirSync(dirname(header), { recursive: true });
  writeFileSync(header, '');
  copyLibrary(given, join(cacheDir, 'out'));
  expect(readdirSync(join(cacheDir, 'out', 'lib'))).toEqual(['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']);
  expect(existsSync(join(cacheDir, 'out', 'include/tensorflow/c/c_api.h'))).toBe(true);
});

test('the wheel is one for the machine, whatever machine asks', () => {
  expect(librarySource(false, 'linux', 'x64')).toMatchObject({ package: 'tensorflow-cpu' });
  expect(librarySource(true, 'linux', 'x64')).toMatchObject({ package: 'tensorflow' });
  expect(librarySource(false, 'linux', 'arm64')!.platforms).toContain('manylinux_2_17_aarch64');
  expect(librarySource(true, 'linux', 'arm64')).toBeUndefined();
  expect(librarySource(false, 'darwin', 'arm64')).toBeUndefined();
});

test("engines lie in the user's cache", () => {
  const before = process.env['XDG_CACHE_HOME'];
  process.env['XDG_CACHE_HOME'] = '/somewhere';
  expect(engineCacheDir()).toBe(join('/somewhere', 's3', 'engine'));
  delete process.env['XDG_CACHE_HOME'];
  expect(engineCacheDir()).toMatch(/\.cache[/\\]s3[/\\]engine$/);
  if (before !== undefined) process.env['XDG_CACHE_HOME'] = before;
});

test("a program's end is told, and npm's settings about the caller's project are not passed on", async () => {
  process.env['PATH'] = `${programs}${delimiter}${path}`;
  expect(await runProgram('s3-no-such-program', [])).toMatchObject({ code: undefined, outcome: 's3-no-such-program was not found' });
  expect((await runProgram(process.execPath, ['-e', 'console.error("why"); process.exit(3)'])).outcome).toMatch(/exit code 3: why$/);
  expect((await runProgram(process.execPath, ['-e', 'process.kill(process.pid, "SIGKILL")'])).outcome).toMatch(/SIGKILL/);
  process.env['npm_config_global'] = 'true';
  expect((await runProgram(process.execPath, ['-p', 'String(process.env.npm_config_global)'])).output).toBe('undefined\n');
  delete process.env['npm_config_global'];
});
