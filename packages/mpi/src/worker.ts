import { parentPort, workerData } from 'node:worker_threads';
import { type MpiLibrary, openMpiLibrary } from './mpi-library.ts';
import type { WorkerAnswer, WorkerCall, WorkerLaunch } from './worker-call.ts';

// One thread makes all calls: MPI may wait for hours, and the main thread has work to do meanwhile.
const port = parentPort!;
const mpi = openMpiLibrary(workerData as WorkerLaunch);
const { rank, size } = mpi.init();
answer({ kind: 'started', rank, size });

port.on('message', (call: WorkerCall) => {
  // what is left of a call when all are there takes no longer than the network does
  mpi.meet();
  switch (call.kind) {
    case 'sum':
      mpi.allReduceSum(call.values);
      return answer(isShared(call.values) ? { kind: 'done' } : { kind: 'values', values: call.values });
    case 'broadcast':
      return answer({ kind: 'bytes', all: [broadcast(mpi, call.bytes)] });
    case 'gather':
      return answer({ kind: 'bytes', all: gather(mpi, call.bytes) });
    case 'close':
      mpi.finalize();
      answer({ kind: 'done' });
      port.close();
  }
});

function answer(message: WorkerAnswer): void {
  port.postMessage(message);
}

function broadcast({ broadcast: send }: MpiLibrary, given: Uint8Array): Uint8Array {
  const length = new Float64Array([given.length]);
  send(new Uint8Array(length.buffer), 0);
  const bytes = rank === 0 ? given : new Uint8Array(length[0]!);
  send(bytes, 0);
  return bytes;
}

/** By rank on rank 0, nothing elsewhere. */
function gather({ send, receive }: MpiLibrary, given: Uint8Array): Uint8Array[] {
  const length = new Float64Array([given.length]);
  if (rank !== 0) {
    send(new Uint8Array(length.buffer), 0);
    send(given, 0);
    return [];
  }
  const all = [given];
  for (let from = 1; from < size; from++) {
    receive(new Uint8Array(length.buffer), from);
    const bytes = new Uint8Array(length[0]!);
    receive(bytes, from);
    all.push(bytes);
  }
  return all;
}

function isShared({ buffer }: Float32Array): boolean {
  return buffer instanceof SharedArrayBuffer;
}
