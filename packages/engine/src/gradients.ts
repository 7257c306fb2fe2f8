// tfjs-core registers no gradients by itself. This path holds ES modules without saying so to Node,
// so it is bundled into our build (see tsup.config.ts) and inlined in tests (see vitest.config.ts).
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { registerActivationGradients } from './activation-gradients.ts';
import { registerReductionGradients } from './reduction-gradients.ts';

registerActivationGradients();
registerReductionGradients();
