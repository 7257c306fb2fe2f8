import { buildPackage } from '../../tsup.base.ts';

export default buildPackage({ index: 'src/index.ts', browser: 'src/browser.ts' });
