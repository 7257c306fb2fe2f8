import { spawnSync } from 'node:child_process';
import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { connectMpi } from './connect-mpi.ts';
import { openMpiLibrary } from './mpi-library.ts';

const folder = mkdtempSync(join(tmpdir(), 's3-mpi-'));

/** A program of several processes, on this package as it would be published. */
const program = `
import { connectMpi } from './connect-mpi.js';
const all = await connectMpi();
const { rank, size } = all;
if (process.argv[2] === 'die') {
  if (rank === 1) process.kill(process.pid, 'SIGKILL');
  await all.sum(new Float32Array(1));
}
if (process.argv[2] === 'abort') {
  if (rank === 1) all.abort(7);
  await all.sum(new Float32Array(1));
}
const plain = Float32Array.of(rank, 1, 0.5);
await all.sum(plain);
const shared = new Float32Array(new SharedArrayBuffer(4_000_000)).fill(rank + 1);
await all.sum(shared);
const told = await all.broadcast(rank === 0 ? new TextEncoder().encode('from 0') : new Uint8Array());
const nothing = await all.broadcast(new Uint8Array());
const gathered = await all.gather(new Uint8Array(rank * 3).fill(rank));
if (rank === 0) {
  console.log(JSON.stringify({ size, plain: [...plain], shared: [shared[0], shared.at(-1)], told: new TextDecoder().decode(told), nothing: nothing.length, gathered: gathered.map((bytes) => [...bytes]) }));
} else if (gathered !== undefined) throw new Error('gathered on rank ' + rank);
await all.close();
`;

const launchers = [
  { name: 'Open MPI', command: 'mpirun.openmpi', options: ['--allow-run-as-root', '--oversubscribe'] },
  { name: 'MPICH', command: 'mpirun.mpich', options: [] },
].map((launcher) => ({ ...launcher, isHere: spawnSync(launcher.command, ['--version']).status === 0 }));

/** Launchers that CI has to have. */
const isRequired = process.env['S3_REQUIRE_MPI'] !== undefined;

beforeAll(async () => {
  const sources = ['connect-mpi', 'worker'].map((name) => fileURLToPath(new URL(`./${name}.ts`, import.meta.url)));
  await build({
    entryPoints: sources,
    outdir: folder,
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['koffi', '@tensorflow/*', 'zod'],
    conditions: ['@s3/source'],
    logLevel: 'error',
  });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'program.js'), program);
  symlinkSync(fileURLToPath(new URL('../node_modules', import.meta.url)), join(folder, 'node_modules'));
});

function start(launcher: (typeof launchers)[number], processes: number, ...words: string[]) {
  // one thread each for tfjs's sake; Open MPI refuses to nest, should the tests themselves run under it
  const args = [...launcher.options, '-np', String(processes), process.execPath, join(folder, 'program.js'), ...words];
  return spawnSync(launcher.command, args, { encoding: 'utf8', timeout: 60_000 });
}

describe.each(launchers)('$name', (launcher) => {
  it.runIf(isRequired)('is here', () => {
    expect(launcher.isHere).toBe(true);
  });

  it.runIf(launcher.isHere).each([1, 2, 4])('adds up, broadcasts and gathers in %i processes', (size) => {
    const { stdout, stderr, status } = start(launcher, size);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const ranks = Array.from({ length: size }, (_, rank) => rank);
    const total = (size * (size + 1)) / 2;
    expect(JSON.parse(stdout)).toEqual({
      size,
      plain: [ranks.reduce((sum, rank) => sum + rank, 0), size, size / 2],
      shared: [total, total],
      told: 'from 0',
      nothing: 0,
      gathered: ranks.map((rank) => new Array<number>(rank * 3).fill(rank)),
    });
  });

  it.runIf(launcher.isHere).each(['die', 'abort'])('ends them all when one of them does (%s)', (word) => {
    const { status, error } = start(launcher, 2, word);
    expect(error).toBeUndefined();
    expect(status).not.toBe(0);
  });
});

describe('connectMpi', () => {
  it('says what to do where no launcher started the program', async () => {
    await expect(connectMpi()).rejects.toThrow('found no launcher that started this process');
  });

  it('says which libraries were tried', () => {
    const env = { S3_MPI_LIBRARY: '/nowhere/libmpi.so' };
    const open = () => openMpiLibrary({ flavor: 'Open MPI', variable: 'OMPI_COMM_WORLD_SIZE' }, env);
    expect(open).toThrow(/S3_MPI_LIBRARY: found no library that can be used \(\/nowhere\/libmpi\.so: .*libopenmpi3/);
  });

  it.runIf(spawnSync('cc', ['--version']).status === 0).each([
    ['strcpy(text, "Some MPI 1.0"); *length = 12;', 'neither Open MPI nor MPICH'],
    ['strcpy(text, "Open MPI v9.1, built so"); *length = 23;', 'says it is Open MPI v9.1, but has another ABI (Cannot find'],
    ['strcpy(text, "MPICH Version: 9.1"); *length = 18;', 'of MPICH, but the launcher is of Open MPI'],
  ])('refuses a library of another ABI: %s', (body, expected) => {
    const [source, file] = [join(folder, 'other.c'), join(folder, `other-${body.length}.so`)];
    writeFileSync(source, `#include <string.h>\nint MPI_Get_library_version(char *text, int *length) { ${body} return 0; }\n`);
    expect(spawnSync('cc', ['-shared', '-fPIC', '-o', file, source]).status).toBe(0);
    const open = () => openMpiLibrary({ flavor: 'Open MPI', variable: 'OMPI_COMM_WORLD_SIZE' }, { S3_MPI_LIBRARY: file });
    expect(open).toThrow(expected);
  });

  it.runIf(launchers.every(({ isHere }) => isHere))('refuses the library of another launcher', () => {
    const open = () => openMpiLibrary({ flavor: 'Open MPI', variable: 'OMPI_COMM_WORLD_SIZE' }, { S3_MPI_LIBRARY: 'libmpich.so.12' });
    expect(open).toThrow('libmpich.so.12: of MPICH, but the launcher is of Open MPI');
  });
});
