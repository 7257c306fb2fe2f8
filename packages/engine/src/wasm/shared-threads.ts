import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

// what is used of it; the types of its own come with those of browsers alone
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
  readonly Memory: new (sizes: {
    readonly initial: number;
    readonly maximum: number;
    readonly shared: true;
  }) => {
    readonly buffer: SharedArrayBuffer;
    readonly grow: (pages: number) => number;
  };
};

const mostThreads = 8;
const pageBytes = 65_536;
/** words at the start of memory: what threads wait for, whether there is work, how many are at it, the next ticket, then the job itself */
const [turn, isOpen, busy, ticket, job] = [0, 1, 2, 3, 4];
const jobWords = 16;

// a thread may come to a job late or never: whoever is there draws its tickets
const threadProgram = `
const { workerData: { module, memory, scratch } } = require('node:worker_threads');
const { work } = new WebAssembly.Instance(module, { env: { memory } }).exports;
const words = new Int32Array(memory.buffer, 0, ${job});
for (let seen = 0; ; ) {
  Atomics.wait(words, ${turn}, seen);
  seen = Atomics.load(words, ${turn});
  Atomics.add(words, ${busy}, 1);
  if (Atomics.load(words, ${isOpen})) work(scratch);
  Atomics.sub(words, ${busy}, 1);
  Atomics.notify(words, ${busy});
}
`;

/**
 * Memory and threads that work on it together with this one.
 *
 * The threads start with the first job, do not keep a program alive, and sleep between jobs. A job's result must not depend on who does which part of it.
 */
export interface SharedThreads {
  /** this one included */
  readonly count: number;
  /** bytes of scratch memory that each thread has */
  readonly scratchBytes: number;
  /** from here on memory is the caller's */
  readonly start: number;
  /** memory up to this byte, as float32; earlier views of it stay good */
  readonly floats: (endByte: number) => Float32Array;
  /** Has the module's `work` done by all threads, and waits for it. @param words the job, as `work` reads it; the first is its number of tickets */
  readonly run: (...words: readonly number[]) => void;
}

/**
 * @param program WebAssembly that imports `env.memory`, shared, and exports `work(scratch)`
 * @throws RangeError when the system gives no shared memory
 */
export function sharedThreads(program: Uint8Array, scratchBytes: number): SharedThreads {
  const module = new WebAssembly.Module(program);
  const count = Math.min(mostThreads, Number(process.env['S3_CORES']) || availableParallelism());
  const scratchStart = (job + jobWords) * 4;
  const start = scratchStart + count * scratchBytes;
  const memory = new WebAssembly.Memory({ initial: Math.ceil(start / pageBytes), maximum: pageBytes, shared: true });
  const { work } = new WebAssembly.Instance(module, { env: { memory } }).exports as { readonly work: (scratch: number) => void };
  const words = new Int32Array(memory.buffer, 0, job + jobWords);
  let areStarted = false;
  const startOthers = () => {
    areStarted = true;
    for (let thread = 1; thread < count; thread++) {
      const scratch = scratchStart + thread * scratchBytes;
      // one that cannot start is one fewer
      try {
        const worker = new Worker(threadProgram, { eval: true, execArgv: [], workerData: { module, memory, scratch } });
        worker.on('error', () => {});
        worker.unref();
      } catch {
        break;
      }
    }
  };
  return {
    count,
    scratchBytes,
    start,
    floats(endByte) {
      const missing = endByte - memory.buffer.byteLength;
      if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
      return new Float32Array(memory.buffer);
    },
    run(...given) {
      if (!areStarted) startOthers();
      words.set(given, job);
      Atomics.store(words, ticket, 0);
      Atomics.store(words, isOpen, 1);
      Atomics.add(words, turn, 1);
      Atomics.notify(words, turn);
      work(scratchStart);
      Atomics.store(words, isOpen, 0);
      for (let others = Atomics.load(words, busy); others > 0; others = Atomics.load(words, busy)) Atomics.wait(words, busy, others);
    },
  };
}
