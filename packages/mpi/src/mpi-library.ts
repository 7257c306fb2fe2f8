import { InputError } from '@s3/interface';
import koffi, { type LibraryHandle } from 'koffi';
import type { Launch, MpiFlavor } from './launch.ts';

/** The calls of MPI that are needed, on the communicator of all processes. */
export interface MpiLibrary {
  /** such as `Open MPI v4.1.4` */
  readonly version: string;
  readonly init: () => { readonly rank: number; readonly size: number };
  /** Waits until every process has come here, asleep for most of the time: MPI's own waiting keeps a core busy. */
  readonly meet: () => void;
  readonly allReduceSum: (values: Float32Array) => void;
  readonly broadcast: (bytes: Uint8Array, root: number) => void;
  readonly send: (bytes: Uint8Array, to: number) => void;
  readonly receive: (bytes: Uint8Array, from: number) => void;
  readonly finalize: () => void;
  readonly abort: (exitCode: number) => void;
}

/** MPI counts in 32 bits with sign. */
const mostInCall = 1 << 30;
const threadMultiple = 3;
const tag = 0;
/** Looks at what others did before it sleeps between them: they are often there already. */
const turnsAwake = 50;
const nap = new Int32Array(new SharedArrayBuffer(4));

/** The longer the wait so far, the longer the sleep: at most a fiftieth of it is lost. */
function sleep(waited: number): void {
  Atomics.wait(nap, 0, 0, Math.min(2, Math.max(0.05, waited / 50)));
}

const names: { readonly [Flavor in MpiFlavor]: readonly string[] } = {
  'Open MPI': ['libmpi.so.40', 'libmpi.40.dylib', 'libmpi.so', 'libmpi.dylib'],
  MPICH: ['libmpich.so.12', 'libmpi.so.12', 'libmpi.12.dylib', 'libmpich.so', 'libmpi.dylib'],
};

/**
 * Opens the MPI library of the launcher that started this process.
 *
 * @throws InputError when there is none, saying where was looked and how to get one
 */
export function openMpiLibrary({ flavor, variable }: Pick<Launch, 'flavor' | 'variable'>, env = process.env): MpiLibrary {
  const given = env['S3_MPI_LIBRARY'];
  const flavors: readonly MpiFlavor[] = flavor ? [flavor] : ['Open MPI', 'MPICH'];
  const candidates = given ? [given] : flavors.flatMap((candidate) => names[candidate]);
  const failures: string[] = [];
  for (const name of candidates) {
    let library: LibraryHandle;
    try {
      // global: the library loads plugins that look for its symbols
      library = koffi.load(name, { global: true, lazy: true });
    } catch (error) {
      failures.push(`${name}: ${(error as Error).message.split('\n')[0]}`);
      continue;
    }
    const found = flavorOf(library);
    if (found === undefined) failures.push(`${name}: neither Open MPI nor MPICH`);
    else if (flavor && found !== flavor) failures.push(`${name}: of ${found}, but the launcher is of ${flavor}`);
    else {
      try {
        return bind(library, found);
      } catch (error) {
        failures.push(`${name}: says it is ${versionOf(library)}, but has another ABI (${(error as Error).message.split('\n')[0]})`);
      }
    }
  }
  throw new InputError(
    given ? 'S3_MPI_LIBRARY' : `MPI, asked for by ${variable}`,
    `no library that can be used (${failures.join('; ')})`,
    `the shared library of ${flavor ?? 'Open MPI or MPICH'}`,
    `Install it (Debian: ${flavor === 'MPICH' ? 'libmpich12' : 'libopenmpi3'}), or name its file in S3_MPI_LIBRARY, or start with the other one's mpirun.`,
  );
}

function flavorOf(library: LibraryHandle): MpiFlavor | undefined {
  const version = versionOf(library);
  if (version === undefined) return undefined;
  if (/Open MPI/.test(version)) return 'Open MPI';
  // MPICH's handles are those of Intel MPI and MVAPICH too
  return /MPICH|Intel\(R\) MPI|MVAPICH/i.test(version) ? 'MPICH' : undefined;
}

function versionOf(library: LibraryHandle): string | undefined {
  try {
    const text = Buffer.alloc(8192);
    const length = new Int32Array(1);
    library.func('MPI_Get_library_version', 'int', ['void *', 'void *'])(text, length);
    return text.toString('utf8', 0, length[0]).split(/[\n,]/)[0]!.replace(/\s+/g, ' ').trim();
  } catch {
    return undefined;
  }
}

function bind(library: LibraryHandle, flavor: MpiFlavor): MpiLibrary {
  const isOpen = flavor === 'Open MPI';
  // Open MPI's handles are addresses of its globals; MPICH's are numbers fixed by its ABI
  const handle = isOpen ? 'void *' : 'int';
  const { comm, float, byte, sum, inPlace, ignoreStatus } = isOpen
    ? {
        comm: library.symbol('ompi_mpi_comm_world'),
        float: library.symbol('ompi_mpi_float'),
        byte: library.symbol('ompi_mpi_byte'),
        sum: library.symbol('ompi_mpi_op_sum'),
        inPlace: 1n,
        ignoreStatus: null,
      }
    : {
        comm: 0x44000000,
        float: 0x4c00040a,
        byte: 0x4c00010d,
        sum: 0x58000003,
        inPlace: 0xffffffffffffffffn,
        ignoreStatus: 1n,
      };
  const call = (name: string, ...types: string[]) => library.func(name, 'int', types);
  const initThread = call('MPI_Init_thread', 'void *', 'void *', 'int', 'void *');
  const commRank = call('MPI_Comm_rank', handle, 'void *');
  const commSize = call('MPI_Comm_size', handle, 'void *');
  const allReduce = call('MPI_Allreduce', 'void *', 'void *', 'int', handle, handle, handle);
  const bcast = call('MPI_Bcast', 'void *', 'int', handle, 'int', handle);
  const send = call('MPI_Send', 'void *', 'int', handle, 'int', 'int', handle);
  const receive = call('MPI_Recv', 'void *', 'int', handle, 'int', 'int', handle, 'void *');
  const beginMeeting = call('MPI_Ibarrier', handle, 'void *');
  const test = call('MPI_Test', 'void *', 'void *', 'void *');
  const finalize = call('MPI_Finalize');
  const abort = call('MPI_Abort', handle, 'int');
  // return codes are not looked at: MPI's own error handler ends the job with a message
  return {
    version: versionOf(library)!,
    init() {
      const [provided, rank, size] = [new Int32Array(1), new Int32Array(1), new Int32Array(1)];
      initThread(null, null, threadMultiple, provided);
      commRank(comm, rank);
      commSize(comm, size);
      return { rank: rank[0]!, size: size[0]! };
    },
    meet() {
      // room for a pointer, which it is to Open MPI; a number to MPICH
      const [request, isComplete] = [new BigInt64Array(1), new Int32Array(1)];
      beginMeeting(comm, request);
      const begin = performance.now();
      for (let turn = 0; ; turn++) {
        test(request, isComplete, ignoreStatus);
        if (isComplete[0] !== 0) return;
        if (turn >= turnsAwake) sleep(performance.now() - begin);
      }
    },
    allReduceSum: (values) => inPieces(values, (piece) => void allReduce(inPlace, piece, piece.length, float, sum, comm)),
    broadcast: (bytes, root) => inPieces(bytes, (piece) => void bcast(piece, piece.length, byte, root, comm)),
    send: (bytes, to) => inPieces(bytes, (piece) => void send(piece, piece.length, byte, to, tag, comm)),
    receive: (bytes, from) => inPieces(bytes, (piece) => void receive(piece, piece.length, byte, from, tag, comm, ignoreStatus)),
    finalize: () => void finalize(),
    abort: (exitCode) => void abort(comm, exitCode),
  };
}

function inPieces<Values extends Float32Array | Uint8Array>(values: Values, use: (piece: Values) => void): void {
  for (let start = 0; start < values.length; start += mostInCall) use(values.subarray(start, start + mostInCall) as Values);
}
