/** Recordings in a batch. */
export const usualBatchSize = 32;

/** Share of each class that is tested on. */
export const usualHeldOut = 0.2;

export const usualOptimizer = { name: 'Adam', learningRate: 0.01 } as const;

export const usualTraining = { totalSteps: 300, logStep: 10, saveStep: 300, gradientClipping: null } as const;
