import { buildPackage } from '../../tsup.base.ts';

// Only the gradients are bundled (see src/gradients.ts); the ops they call reach the one engine through its global.
export default buildPackage(undefined, { noExternal: [/^@tensorflow\/tfjs-core\/dist\//] });
