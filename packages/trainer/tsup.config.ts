import { buildPackage } from '../../tsup.base.ts';

// the command line alone, so that `s3 --help` need not load what trains
export default buildPackage({ index: 'src/index.ts', 'command-line': 'src/command-line/command-line.ts' });
