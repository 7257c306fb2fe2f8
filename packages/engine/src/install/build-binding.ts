import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '@s3/interface';
import { sharedCoreKey } from '../native/load-installed.ts';
import { filesLike, framework, library } from './fetch-library.ts';
import { runProgram } from './run-program.ts';

// Three small packages without what they depend on: tfjs-node's own dependencies are 300 MB of the union
// package, which the program's tfjs-core stands in for, and the programs of an installer that is not used.
const packages = {
  '@tensorflow/tfjs-node': '4.22.0',
  'google-protobuf': '3.21.4',
  'node-api-headers': '1.9.0',
};

/**
 * Brings tfjs-node and what it needs by npm, without running any package's scripts.
 *
 * @param out becomes a `node_modules` folder, whole or not at all
 * @throws InputError when npm cannot bring them
 */
export async function fetchPackages(out: string): Promise<void> {
  const [part, tarballs] = [`${out}.part`, `${out}.tarballs`];
  for (const [name, version] of Object.entries(packages)) {
    const folder = join(part, name);
    for (const path of [folder, tarballs]) rmSync(path, { recursive: true, force: true });
    for (const path of [folder, tarballs]) mkdirSync(path, { recursive: true });
    const packed = await runProgram('npm', ['pack', `${name}@${version}`, '--ignore-scripts', `--pack-destination=${tarballs}`], {
      cwd: tarballs,
    });
    const [tarball] = readdirSync(tarballs);
    const unpacked =
      tarball === undefined ? packed : await runProgram('tar', ['-xzf', join(tarballs, tarball), '--strip-components=1', '-C', folder]);
    if (packed.code !== 0 || unpacked.code !== 0) {
      const outcome = packed.code === 0 ? unpacked.outcome : packed.outcome;
      throw new InputError(
        `npm pack ${name}@${version}`,
        outcome,
        'the package to be downloaded',
        "See to the network or to npm's registry, and start the installation again.",
      );
    }
  }
  rmSync(tarballs, { recursive: true });
  for (const name of ['@tensorflow/tfjs', '@tensorflow/tfjs-core']) {
    mkdirSync(join(part, name), { recursive: true });
    writeFileSync(join(part, name, 'package.json'), JSON.stringify({ name, version: '4.22.0', main: 'index.js' }));
    writeFileSync(join(part, name, 'index.js'), `module.exports = globalThis[Symbol.for('${sharedCoreKey}')];\n`);
  }
  renameSync(part, out);
}

/**
 * Compiles tfjs-node's binding, two files of C++, against a library. Node-API is stable across Node's versions, so
 * one binding serves all, and its headers come from a package: neither node-gyp nor Node's headers are needed.
 *
 * @param tensorflow folder with `lib` and `include`
 * @throws InputError with the compiler's last lines
 */
export async function buildBinding(compiler: string, modules: string, tensorflow: string): Promise<void> {
  const node = join(modules, '@tensorflow', 'tfjs-node');
  const lib = join(tensorflow, 'lib');
  for (const [link, name] of [
    ['libtensorflow.so', library],
    ['libtensorflow_framework.so', framework],
  ] as const) {
    if (!existsSync(join(lib, link))) symlinkSync(filesLike(lib, name)[0]!, join(lib, link));
  }
  // the binding looks for its libraries in ../../deps/lib
  if (!existsSync(join(node, 'deps'))) symlinkSync(join('..', '..', '..', 'tensorflow'), join(node, 'deps'));
  const out = join(node, 'lib', 'napi-v8');
  mkdirSync(out, { recursive: true });
  const part = join(out, 'tfjs_binding.part');
  const options = ['-std=c++17', '-O2', '-shared', '-fPIC', '-DNAPI_VERSION=8', '-Wno-deprecated-declarations'];
  const includes = [`-I${join(modules, 'node-api-headers', 'include')}`, `-I${join(tensorflow, 'include')}`];
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((file) => join(node, 'binding', file));
  const links = [`-L${lib}`, '-ltensorflow', '-ltensorflow_framework', '-Wl,-rpath,$ORIGIN/../../deps/lib'];
  const { code, outcome } = await runProgram(compiler, [...options, ...includes, ...sources, ...links, '-o', part]);
  if (code !== 0) {
    throw new InputError(
      "tfjs-node's binding",
      `that it does not compile (${outcome})`,
      `${compiler} to make a library of it`,
      'Name another compiler by the variable CXX and start the installation again.',
    );
  }
  renameSync(part, join(out, 'tfjs_binding.node'));
}
