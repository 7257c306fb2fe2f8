import { buildPackage } from '../../tsup.base.ts';

// the command line alone, so that `s3 --help` need not load what trains; memory alone, since pages have nothing of Node's
export default buildPackage({ index: 'src/index.ts', 'command-line': 'src/command-line/command-line.ts', memory: 'src/memory/index.ts' });
