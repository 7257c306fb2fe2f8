import type { Command } from 'commander';

/** Adds `s3 engine`, `s3 engine install` and `s3 engine remove`. */
export function addEngineCommand(program: Command): void {
  const engine = program
    .command('engine')
    .helpGroup('This machine:')
    .summary('the tensor engines: which there are, how fast they are; install, remove')
    .description("this machine's tensor engines: which there are, which is used, how fast they are")
    .option('--json', 'print the result as JSON')
    .action(async ({ json }) => {
      const { inspectEngines } = await import('@s3/engine');
      const reports = await inspectEngines();
      if (json) return print(JSON.stringify(reports, null, 2));
      const { formatTable } = await import('@s3/trainer');
      const rows = reports.map(({ name, isChosen, library = '', gigaflops, reason, remedy }) => [
        isChosen ? `${name} (auto)` : name,
        gigaflops === undefined ? '' : gigaflops.toPrecision(3),
        [library, reason].filter(Boolean).join(': '),
        remedy ?? '',
      ]);
      print(formatTable(['engine', { title: 'GFLOP/s', align: 'right' }, '', 'for a faster one'], rows));
    });

  engine
    .command('install')
    .description("get the native engine: TensorFlow's library from its Python wheel, bound for Node, in the user's cache")
    .option('--gpu', 'TensorFlow for CUDA 12; it computes on the CPU where it finds no GPU')
    .option('--libtensorflow <folder>', "a folder with TensorFlow's library and C headers instead of the wheel")
    .option('--json', 'print the result as JSON')
    .action(async ({ gpu = false, libtensorflow, json }) => {
      const { installNativeEngine } = await import('@s3/engine');
      const onProgress = (message: string) => void process.stderr.write(`${message}\n`);
      const installed = await installNativeEngine({ gpu, ...(libtensorflow && { libtensorflow }), onProgress });
      print(json ? JSON.stringify(installed, null, 2) : `TensorFlow ${installed.libtensorflow} is ready in ${installed.directory}`);
    });

  engine
    .command('remove')
    .description('remove what install made')
    .option('--json', 'print the result as JSON')
    .action(async ({ json }) => {
      const { removeNativeEngine } = await import('@s3/engine');
      const removed = await removeNativeEngine();
      print(json ? JSON.stringify(removed) : removed.length > 0 ? `removed ${removed.join(' and ')}` : 'there was nothing to remove');
    });
}

const print = (text: string) => void process.stdout.write(`${text}\n`);
