import type { RecipeEntry } from '@s3/trainer/command-line';

/** The recipes of this workspace; each is loaded when it is asked for, so that `s3 --help` answers at once; the first is its example. */
export const recipes: readonly RecipeEntry[] = [
  {
    name: 'superb-asv',
    summary: 'Speaker verification on VoxCeleb1 or csv files, scored by equal error rate',
    load: async () => (await import('@s3/superb-asv')).default,
  },
  {
    name: 'espnet-spk',
    summary: 'Speaker embeddings with an angular margin on VoxCeleb1 or csv files, scored by equal error rate',
    load: async () => (await import('@s3/espnet-spk')).default,
  },
  {
    name: 'own-classes',
    summary: "Classes of one's own, from a folder of recordings each or csv files, scored by accuracy",
    load: async () => (await import('@s3/own-classes')).default,
  },
  {
    name: 'hear-event',
    summary: 'HEAR tasks of events (DCASE 2016, MAESTRO) or csv files: what sounds when, scored by F1 of events',
    load: async () => (await import('@s3/hear-event')).default,
  },
  {
    name: 'hear-scene',
    summary: 'HEAR tasks of scenes (ESC-50, FSD50K, NSynth, ...) or csv files, one label or several, scored as HEAR does',
    load: async () => (await import('@s3/hear-scene')).default,
  },
  {
    name: 'superb-asr',
    summary: 'Speech recognition on LibriSpeech or csv files, scored by word error rate',
    load: async () => (await import('@s3/superb-asr')).default,
  },
  {
    name: 'superb-er',
    summary: 'Emotion recognition on IEMOCAP or csv files, scored by accuracy',
    load: async () => (await import('@s3/superb-er')).default,
  },
  {
    name: 'superb-ic',
    summary: 'Intent classification on Fluent Speech Commands or csv files, scored by accuracy',
    load: async () => (await import('@s3/superb-ic')).default,
  },
  {
    name: 'superb-ks',
    summary: 'Keyword spotting on Speech Commands v1 or csv files, scored by accuracy',
    load: async () => (await import('@s3/superb-ks')).default,
  },
  {
    name: 'superb-sd',
    summary: 'Speaker diarization on Kaldi directories, csv files or RTTM, scored by diarization error rate',
    load: async () => (await import('@s3/superb-sd')).default,
  },
  {
    name: 'superb-sid',
    summary: 'Speaker identification on VoxCeleb1 or csv files, scored by accuracy',
    load: async () => (await import('@s3/superb-sid')).default,
  },
  {
    name: 'superb-sf',
    summary: 'Slot filling on Audio SNIPS or csv files, scored by slot type F1',
    load: async () => (await import('@s3/superb-sf')).default,
  },
  {
    name: 'superb-pr',
    summary: 'Phone recognition on LibriSpeech or csv files, scored by phone error rate',
    load: async () => (await import('@s3/superb-pr')).default,
  },
  {
    name: 'superb-qbe',
    summary: 'Query by example on QUESST 2014 or csv files, scored by term weighted value',
    load: async () => (await import('@s3/superb-qbe')).default,
  },
  {
    name: 'superb-se',
    summary: 'Speech enhancement on VoiceBank-DEMAND or csv files, scored by STOI and SI-SDR',
    load: async () => (await import('@s3/superb-se')).default,
  },
  {
    name: 'superb-ss',
    summary: 'Source separation on LibriMix or csv files, scored by SI-SDR improvement',
    load: async () => (await import('@s3/superb-ss')).default,
  },
];
