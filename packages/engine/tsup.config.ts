import { buildPackage } from '../../tsup.base.ts';

// Only the gradients are bundled (see src/gradients.ts); the ops they call reach the one engine through its global.
// The child is a program of its own that the installer and the probe start.
export default buildPackage(
  { index: 'src/index.ts', browser: 'src/browser.ts', 'engine-child': 'src/engine-child.ts' },
  { noExternal: [/^@tensorflow\/tfjs-core\/dist\//] },
);
