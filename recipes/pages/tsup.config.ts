import { buildPackage } from '../../tsup.base.ts';

// the page itself is bundled for browsers by build-site.mjs
export default buildPackage(
  { index: 'src/index.ts', 'site-options': 'src/site-options.ts', 'bundled-packages': 'src/bundled-packages.ts' },
  { clean: false },
);
