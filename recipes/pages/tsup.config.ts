import { buildPackage } from '../../tsup.base.ts';

// the page itself is bundled for browsers by build-site.mjs
export default buildPackage(undefined, { clean: false });
