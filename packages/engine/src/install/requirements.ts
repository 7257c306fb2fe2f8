import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { InputError } from '@s3/interface';
import { runProgram } from './run-program.ts';

/** What a machine has to have before anything is downloaded. */
export interface Requirements {
  readonly cacheDir: string;
  /** pip brings the library */
  readonly pip: boolean;
  /** free space that is needed in `cacheDir` */
  readonly megabytes: number;
}

/** The programs found. */
export interface Programs {
  readonly python: string;
  readonly compiler: string;
}

interface Missing {
  readonly found: string;
  readonly expected: string;
  readonly remedy: string;
}

/**
 * Looks for all that the installer uses.
 *
 * @throws InputError naming everything that is missing at once, and how to get it
 */
export async function checkRequirements({ cacheDir, pip, megabytes }: Requirements): Promise<Programs> {
  const missing: Missing[] = [];
  const python = pip ? await findPython() : '';
  const compiler = await findCompiler();
  if (python === undefined) {
    missing.push({
      found: 'no python3 with pip',
      expected: 'python3 with pip 20.3 or newer, which brings TensorFlow',
      remedy: 'install python3 and python3-pip (Debian, Ubuntu: `apt install python3-pip`)',
    });
  }
  if (compiler === undefined) {
    missing.push({
      found: 'no C++ compiler that works',
      expected: 'one that knows C++17, named c++, g++, clang++ or by CXX',
      remedy: 'install a C++ compiler (Debian, Ubuntu: `apt install g++`)',
    });
  }
  for (const program of ['npm', 'tar']) {
    if ((await runProgram(program, ['--version'])).code !== 0) {
      missing.push({ found: `no ${program}`, expected: `${program} on the PATH`, remedy: `install ${program}` });
    }
  }
  if (isWithoutAvx()) {
    missing.push({
      found: 'a processor without AVX',
      expected: 'one with AVX, which TensorFlow is built for',
      remedy: 'use `--engine wasm` here',
    });
  }
  missing.push(...(await missingSpace(cacheDir, megabytes)));
  if (missing.length > 0) {
    throw new InputError(
      'this machine',
      missing.map(({ found }) => found).join(', '),
      missing.map(({ expected }) => expected).join('; '),
      `${missing.map(({ remedy }) => capital(remedy)).join('. ')}. Nothing was downloaded; \`--engine wasm\` works without any of it.`,
    );
  }
  return { python: python ?? '', compiler: compiler! };
}

async function findPython(): Promise<string | undefined> {
  for (const name of ['python3', 'python']) {
    const { code, output } = await runProgram(name, ['-m', 'pip', '--version']);
    const [, major, minor] = /^pip (\d+)\.(\d+)/.exec(output) ?? [];
    if (code === 0 && (Number(major) > 20 || (Number(major) === 20 && Number(minor) >= 3))) return name;
  }
  return undefined;
}

/** The first that makes a shared library out of C++17: a compiler may be there without its headers or linker. */
export async function findCompiler(): Promise<string | undefined> {
  const directory = mkdtempSync(join(tmpdir(), 's3-compiler-'));
  try {
    for (const name of [process.env['CXX'], 'c++', 'g++', 'clang++']) {
      if (!name) continue;
      const args = ['-std=c++17', '-shared', '-fPIC', '-x', 'c++', '-', '-o', join(directory, 'probe.so')];
      const { code } = await runProgram(name, args, {
        input: '#include <memory>\nextern "C" int probe() { return *std::make_unique<int>(1); }\n',
      });
      if (code === 0) return name;
    }
    return undefined;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function isWithoutAvx(): boolean {
  if (process.arch !== 'x64' || !existsSync('/proc/cpuinfo')) return false;
  const flags = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1];
  return flags !== undefined && !/\bavx\b/.test(flags);
}

async function missingSpace(cacheDir: string, megabytes: number): Promise<Missing[]> {
  try {
    makeFolder(cacheDir);
    const { bavail, bsize } = await statfs(cacheDir);
    const free = Math.floor((bavail * bsize) / 1e6);
    if (free >= megabytes) return [];
    return [
      {
        found: `${free} MB free in ${cacheDir}`,
        expected: `${megabytes} MB free`,
        remedy: 'make room, or set XDG_CACHE_HOME to a folder that has it',
      },
    ];
  } catch (error) {
    return [
      {
        found: `that ${cacheDir} cannot be written (${(error as Error).message})`,
        expected: 'a folder of yours for the engine',
        remedy: 'set XDG_CACHE_HOME to a folder that can be written',
      },
    ];
  }
}

// one folder at a time: Node's own `recursive` never returns where a parent cannot hold folders, such as /proc
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder);
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
