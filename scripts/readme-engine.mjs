// Loaded before a README example: chooses the engine, as a program does at its edge.
import { selectEngine } from '@s3/engine';

await selectEngine('wasm');
