import { constants, cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { InputError } from '@s3/interface';
import { exposeCusolver, linkCuda } from './cuda-libraries.ts';
import { cudaMegabytes, type LibrarySource, wheelPython } from './library-source.ts';
import { runProgram } from './run-program.ts';
import { cudaRequirements, unpackWheels } from './unpack-wheel.ts';

// under the names that other libraries know them by: with the major version and no other
export const library = /^libtensorflow(_cc)?\.so\.2$/;
export const framework = /^libtensorflow_framework\.so\.2$/;

/**
 * Brings TensorFlow's library by pip into `out` (`lib`, `include`), and CUDA's libraries where they are asked for.
 *
 * @param wheels folder for the downloads; kept when it is interrupted, removed when all is unpacked
 * @throws InputError when pip cannot bring it
 */
export async function fetchLibraryByPip(
  source: LibrarySource,
  {
    python,
    wheels,
    out,
    cuda,
    onProgress,
  }: { python: string; wheels: string; out: string; cuda: boolean; onProgress: (message: string) => void },
): Promise<void> {
  const own = join(wheels, 'tensorflow');
  if (!existsSync(own)) {
    onProgress(`downloading ${source.package} ${source.version} (${source.downloadMegabytes} MB)`);
    await download(python, source, `${source.package}==${source.version}`, own);
  }
  const folders = [own];
  if (cuda) {
    const requirements = await cudaRequirements(python, own);
    onProgress(`downloading CUDA 12 and cuDNN 9 (${cudaMegabytes.download} MB)`);
    for (const [index, requirement] of requirements.entries()) {
      const name = /^[\w-]+/.exec(requirement)![0];
      const folder = join(wheels, name);
      folders.push(folder);
      if (existsSync(folder)) continue;
      onProgress(`downloading ${name} (${index + 1} of ${requirements.length})`);
      await download(python, source, requirement, folder);
    }
  }
  onProgress('unpacking the library');
  await unpackWheels(python, folders, out);
  rmSync(wheels, { recursive: true, force: true });
}

async function download(python: string, { platforms }: LibrarySource, requirement: string, out: string): Promise<void> {
  const part = `${out}.part`;
  rmSync(part, { recursive: true, force: true });
  // pip fills a temporary folder and its cache besides: the first lies here, since /tmp may be small, and the second is not wanted
  const temporary = join(part, 'tmp');
  mkdirSync(temporary, { recursive: true });
  const target = [
    '--only-binary=:all:',
    `--python-version=${wheelPython.version}`,
    '--implementation=cp',
    `--abi=${wheelPython.abi}`,
    '--abi=none',
    ...platforms.map((platform) => `--platform=${platform}`),
  ];
  const args = ['-m', 'pip', 'download', '--no-deps', '--disable-pip-version-check', '--progress-bar=off', '--no-cache-dir'];
  const { code, outcome } = await runProgram(python, [...args, ...target, `--dest=${part}`, requirement], {
    environment: { TMPDIR: temporary },
  });
  if (code !== 0) {
    throw new InputError(
      `pip download ${requirement}`,
      outcome,
      'the wheel to be downloaded',
      "See to the network or to pip's index, and start the installation again; or bring the wheel yourself, unpack it, and give its folder with `--libtensorflow`.",
    );
  }
  rmSync(temporary, { recursive: true, force: true });
  renameSync(part, out);
}

/**
 * Copies a library that the user has: an unpacked wheel, Python's `site-packages/tensorflow`, or the folder of
 * TensorFlow's own download for C, with headers.
 *
 * @throws InputError when library or headers are not there
 */
export function copyLibrary(given: string, out: string): void {
  const folders = [given, join(given, 'tensorflow'), join(given, 'lib')];
  const from = folders.find((folder) => filesLike(folder, library).length > 0 && filesLike(folder, framework).length > 0);
  const headers = [join(given, 'include'), join(given, 'tensorflow', 'include')].find((folder) =>
    existsSync(join(folder, 'tensorflow/c/c_api.h')),
  );
  if (!from || !headers) {
    throw new InputError(
      `--libtensorflow ${given}`,
      `no ${from ? 'include/tensorflow/c/c_api.h' : 'libtensorflow_cc.so.2 with libtensorflow_framework.so.2'} in it`,
      'a folder with both: an unpacked wheel of tensorflow or tensorflow-cpu, or the tensorflow folder of a Python installation',
      'Give such a folder, or leave the setting out to have pip bring the library.',
    );
  }
  const part = `${out}.part`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(join(part, 'lib'), { recursive: true });
  const copy = (file: string, to: string) => cpSync(file, to, { recursive: true, dereference: true, mode: constants.COPYFILE_FICLONE });
  for (const name of [library, framework]) {
    const [file] = filesLike(from, name);
    copy(join(from, file!), join(part, 'lib', file!));
  }
  // CUDA's libraries as pip lays them out beside TensorFlow
  const nvidia = [join(given, 'nvidia'), join(given, '..', 'nvidia')].find((folder) => existsSync(folder));
  if (nvidia) {
    linkCuda(resolve(nvidia), join(part, 'nvidia'));
    exposeCusolver(join(part, 'nvidia'));
  }
  for (const folder of ['tensorflow/c', 'tensorflow/core/platform', 'tsl', 'xla/tsl']) {
    if (existsSync(join(headers, folder))) copy(join(headers, folder), join(part, 'include', folder));
  }
  renameSync(part, out);
}

export function filesLike(folder: string, name: RegExp): string[] {
  return existsSync(folder) ? readdirSync(folder).filter((file) => name.test(file)) : [];
}
