import type { Random } from '@s3/interface';
import { z } from 'zod';
import { attentiveStatisticsPooling } from './attentive-statistics-pooling.ts';
import { contextAttentiveStatisticsPooling } from './context-attentive-statistics-pooling.ts';
import type { Pooling } from './pooling.ts';
import { selfAttentivePooling } from './self-attentive-pooling.ts';
import { temporalAveragePooling } from './temporal-average-pooling.ts';
import { temporalStatisticsPooling } from './temporal-statistics-pooling.ts';

/** Poolings by the short names of the field. */
export const poolings = {
  TAP: temporalAveragePooling,
  TSP: temporalStatisticsPooling,
  SAP: selfAttentivePooling,
  ASP: attentiveStatisticsPooling,
  CASP: contextAttentiveStatisticsPooling,
} as const satisfies { readonly [name: string]: (inputSize: number, random: Random) => Pooling };

/** The setting that chooses one. */
export const poolingSetting = z
  .enum(['TAP', 'TSP', 'SAP', 'ASP', 'CASP'])
  .default('TAP')
  .describe('mean, statistics, self-attentive, attentive statistics pooling; CASP attends to each feature and sees the whole utterance');
