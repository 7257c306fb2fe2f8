import { selectEngine } from '@s3/engine';
import type { EngineName } from '@s3/interface';
import { afterEach } from 'vitest';

// Every test runs on one engine: plain JavaScript, unless S3_ENGINE names another (S3_ENGINE=wasm npm test).
await selectEngine((process.env['S3_ENGINE'] ?? 'cpu') as EngineName);

// Tests that compute for a minute without a pause would keep the runner from hearing of them.
afterEach(() => new Promise<void>((resolve) => setImmediate(resolve)));
