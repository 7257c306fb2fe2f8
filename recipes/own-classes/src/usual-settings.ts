/** Recordings in a batch. */
export const usualBatchSize = 32;

/** Share of each class that is tested on. */
export const usualHeldOut = 0.2;

export const usualOptimizer = { name: 'Adam', learningRate: 0.01 } as const;

/**
 * Steps become small: with steps of one size, where a probe ends is a matter of luck. How small, does not depend on how many there are,
 * so that a training can be made longer.
 */
export const usualScheduler = { name: 'ExponentialLR', gamma: 0.99 } as const;

export const usualTraining = { totalSteps: 300, logStep: 10, saveStep: 300, gradientClipping: null } as const;
