import type { OriginalReader } from './original-checkpoint.ts';
import { readApc } from './readers/apc.ts';
import { readMockingjay } from './readers/mockingjay.ts';
import { readNpc } from './readers/npc.ts';

/** Of every network that S3PRL keeps in files of its own. */
export const originalReaders: readonly OriginalReader[] = [readApc, readNpc, readMockingjay];
