import type { OriginalReader } from './original-checkpoint.ts';
import { readApc } from './readers/apc.ts';
import { readByolA } from './readers/byol-a.ts';
import { readCpc } from './readers/cpc.ts';
import { readDecoar } from './readers/decoar.ts';
import { readDecoar2 } from './readers/decoar2.ts';
import { readDistiller } from './readers/distiller.ts';
import { readFairseq } from './readers/fairseq.ts';
import { readMockingjay } from './readers/mockingjay.ts';
import { readNpc } from './readers/npc.ts';
import { readSpectrogramTransformer } from './readers/spectrogram-transformer.ts';
import { readWav2vec } from './readers/wav2vec.ts';

const own: readonly OriginalReader[] = [readApc, readNpc, readMockingjay, readDecoar, readDecoar2];
const ofOthers: readonly OriginalReader[] = [readWav2vec, readCpc, readSpectrogramTransformer, readByolA, readFairseq, readDistiller];

/** Of every network that S3PRL keeps in files of its own. */
export const originalReaders: readonly OriginalReader[] = [...own, ...ofOthers];
