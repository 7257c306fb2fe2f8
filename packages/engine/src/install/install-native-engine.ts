import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { InputError } from '@s3/interface';
import { buildBinding, fetchPackages } from './build-binding.ts';
import { addKernels, hasKernels } from './build-kernels.ts';
import { askEngineChild } from './engine-child-process.ts';
import { copyLibrary, fetchLibraryByPip } from './fetch-library.ts';
import { withInstallLock } from './install-lock.ts';
import { engineCacheDir, type InstalledNative, installedFormat, markerFile, nativeName, readInstalled } from './installed-native.ts';
import { cudaMegabytes, librarySource } from './library-source.ts';
import { checkRequirements } from './requirements.ts';

/** Which library is installed, and where. */
export interface InstallNativeOptions {
  /** TensorFlow for CUDA 12, which computes on the CPU where it finds no GPU; false unless said */
  readonly gpu?: boolean;
  /** a folder with TensorFlow's library and C headers, such as Python's `site-packages/tensorflow`; brought by pip unless given */
  readonly libtensorflow?: string;
  /** this user's cache unless given */
  readonly cacheDir?: string;
  /** told what is being done, one line each */
  readonly onProgress?: (message: string) => void;
}

/**
 * Gives this machine the native engine: TensorFlow's C library out of its Python wheel, and tfjs-node's own binding
 * compiled against it, in the user's cache.
 *
 * Finished steps are kept when it is interrupted; an engine that is there already is left alone (remove it to have
 * another library) but for S3's own kernels, which it gets where it lacks them; a second installation at the same time waits for the first. The engine counts only after it has computed, in a process of
 * its own, what plain JavaScript computes.
 *
 * @throws InputError naming all that the machine lacks, before anything is downloaded; or the step that failed
 */
export async function installNativeEngine(options: InstallNativeOptions = {}): Promise<InstalledNative> {
  const { gpu = false, libtensorflow, cacheDir = engineCacheDir(), onProgress = () => {} } = options;
  const home = join(cacheDir, nativeName(gpu));
  const ready = readInstalled(home);
  const complete = () => addKernels({ directory: home, onProgress });
  if (ready) {
    if (!hasKernels(home)) await withInstallLock(cacheDir, complete, () => onProgress('waiting for another installation'));
    return ready;
  }

  const source = librarySource(gpu);
  if (process.platform !== 'linux' || isMusl() || (!source && !libtensorflow)) {
    throw new InputError(
      'this machine',
      `${process.platform}${isMusl() ? ' with musl' : ''} on ${process.arch}`,
      `Linux with glibc on x64${gpu ? '' : ' or arm64'}`,
      'Run `npm install @tensorflow/tfjs-node`, which has its own library for macOS and Windows, or use `--engine wasm`.',
    );
  }
  const building = `${home}.building`;
  const tensorflow = join(building, 'tensorflow');
  const cuda = gpu && !libtensorflow && !hasCuda();
  const origin = libtensorflow ? resolve(libtensorflow) : `${source!.package}==${source!.version}`;
  const isLibraryThere = () => existsSync(tensorflow) && readOrigin(tensorflow) === origin;
  const { python, compiler } = await checkRequirements({
    cacheDir,
    pip: !libtensorflow && !isLibraryThere(),
    megabytes: isLibraryThere() ? 50 : (source?.diskMegabytes ?? 1500) + (cuda ? cudaMegabytes.disk : 0),
  });

  const install = async (): Promise<InstalledNative> => {
    const made = readInstalled(home);
    if (made) return made;
    mkdirSync(building, { recursive: true });
    if (!isLibraryThere()) {
      rmSync(tensorflow, { recursive: true, force: true });
      if (libtensorflow) {
        onProgress(`copying the library from ${libtensorflow}`);
        copyLibrary(libtensorflow, tensorflow);
      } else {
        await fetchLibraryByPip(source!, { python, wheels: join(building, 'wheels'), out: tensorflow, cuda, onProgress });
      }
      writeFileSync(join(tensorflow, 'origin'), origin);
    }
    const modules = join(building, 'node_modules');
    if (!existsSync(modules)) {
      onProgress('bringing tfjs-node by npm');
      await fetchPackages(modules);
    }
    onProgress('compiling the binding');
    await buildBinding(compiler, modules, tensorflow);
    onProgress('checking kernels and gradients against plain JavaScript');
    const checked = await askEngineChild<{ readonly libtensorflow: string }>('check', building);
    if ('failure' in checked) {
      rmSync(building, { recursive: true, force: true });
      throw new InputError(
        `the native engine${libtensorflow ? ` from ${libtensorflow}` : ''}`,
        `that it does not compute what it should (${checked.failure})`,
        'the results of plain JavaScript',
        'What was made is removed. Use `--engine wasm`, or try another library with `--libtensorflow`.',
      );
    }
    await addKernels({ directory: building, onProgress }, compiler);
    const marker = { format: installedFormat, libtensorflow: checked.libtensorflow, gpu };
    writeFileSync(join(building, markerFile), `${JSON.stringify(marker)}\n`);
    rmSync(home, { recursive: true, force: true }); // of an older format
    renameSync(building, home);
    return { directory: home, libtensorflow: checked.libtensorflow, gpu };
  };
  return withInstallLock(cacheDir, install, () => onProgress('waiting for another installation'));
}

/**
 * Removes every native engine that `installNativeEngine` made, finished or not.
 *
 * @returns the folders that were removed
 */
export async function removeNativeEngine({ cacheDir = engineCacheDir() }: { readonly cacheDir?: string } = {}): Promise<string[]> {
  const folders = [true, false].flatMap((gpu) => [join(cacheDir, nativeName(gpu)), join(cacheDir, `${nativeName(gpu)}.building`)]);
  if (!folders.some((folder) => existsSync(folder))) return [];
  return withInstallLock(cacheDir, async () => {
    const removed = folders.filter((folder) => existsSync(folder));
    for (const folder of removed) {
      // the marker goes first, so that what is half removed does not count
      rmSync(join(folder, markerFile), { force: true });
      rmSync(folder, { recursive: true, force: true });
    }
    return removed;
  });
}

/** What a library was made of; undefined when its making was interrupted. */
function readOrigin(tensorflow: string): string | undefined {
  const file = join(tensorflow, 'origin');
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

function isMusl(): boolean {
  const { header } = process.report.getReport() as unknown as { header: { glibcVersionRuntime?: string } };
  return process.platform === 'linux' && header.glibcVersionRuntime === undefined;
}

/** CUDA 12's and cuDNN 9's libraries where the loader finds them. */
function hasCuda(): boolean {
  const { stdout } = spawnSync('ldconfig', ['-p'], { encoding: 'utf8' });
  return ['libcudart.so.12', 'libcublas.so.12', 'libcudnn.so.9'].every((library) => stdout?.includes(library));
}
