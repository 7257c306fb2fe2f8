export { type ArrayFormat, arrayBytes, type NamedArrays, type NumberArray, readArrays } from './arrays/array-file.ts';
export { type AudioFile, audioBytes } from './audio/audio-bytes.ts';
export { type AudioInfo, openRecording, type Recording } from './audio/audio-recording.ts';
export { type AudioPart, readAudio } from './audio/read-audio.ts';
export { audioInfo } from './audio/recording-file.ts';
export { recordingSource } from './audio/recording-source.ts';
export { resample } from './audio/resample.ts';
export { type SilenceOptions, trimSilence } from './audio/trim-silence.ts';
export { wavBytes } from './audio/wav-bytes.ts';
export { withRecordingSource } from './audio/with-recording-source.ts';
export { writeWaves } from './audio/write-waves.ts';
export { classificationCorpus, prepareClassification } from './corpora/classification-corpus.ts';
export { type DiarizationSource, diarizationCorpus, prepareDiarization } from './corpora/diarization-corpus.ts';
export { encodeEvents, eventCorpus, prepareEvents } from './corpora/event-corpus.ts';
export { encodeScenes, prepareScenes, sceneCorpus } from './corpora/scene-corpus.ts';
export { prepareSearch, searchCorpus } from './corpora/search-corpus.ts';
export { enhancementCorpus, prepareEnhancement, prepareSeparation, separationCorpus } from './corpora/separation-corpus.ts';
export { prepareSlotFilling, slotFillingCorpus } from './corpora/slot-filling-corpus.ts';
export { prepareSpeakerVerification, speakerVerificationCorpus } from './corpora/speaker-verification-corpus.ts';
export { prepareSpeechToText, speechToTextCorpus } from './corpora/speech-to-text-corpus.ts';
export {
  type AudioDataset,
  type AudioDatasetComponent,
  type AudioDatasetWiring,
  type AudioUtterance,
  audioDataset,
} from './datasets/audio-dataset.ts';
export { type DataLoaderWiring, dataLoader } from './datasets/data-loader.ts';
export {
  type DiarizationChunk,
  type DiarizationChunkBatch,
  type DiarizationDataset,
  type DiarizationDatasetWiring,
  diarizationBatch,
  diarizationDataset,
} from './datasets/diarization-dataset.ts';
export { type FrameRange, frameActivity } from './datasets/frame-activity.ts';
export { type LabelledUtteranceBatch, labelledBatches, requireKnownLabels } from './datasets/labelled-batches.ts';
export { padWaveforms } from './datasets/pad-waveforms.ts';
export {
  type MixedBatch,
  type MixedItem,
  mixedBatch,
  mixedBatches,
  type SeparationDataset,
  type SeparationDatasetWiring,
  separationDataset,
} from './datasets/separation-dataset.ts';
export { type UtteranceBatch, utteranceBatch } from './datasets/utterance-batch.ts';
export { categoryEncoder } from './encoders/category-encoder.ts';
export { classIds } from './encoders/class-ids.ts';
export { encodeLabels, encodeSpeakers } from './encoders/encode-labels.ts';
export { type Lexicon, phoneticTable, readLexicon } from './encoders/lexicon.ts';
export { loadTokenizer, type TokenizerData } from './encoders/load-tokenizer.ts';
export { readSubwords } from './encoders/read-subwords.ts';
export { readVocabulary } from './encoders/read-vocabulary.ts';
export { type SlotTokenizerData, slotOf, slotTokenizer } from './encoders/slot-tokenizer.ts';
export { type SubwordTokenizerData, subwordTokenizer, subwordTrainingCommand } from './encoders/subword-tokenizer.ts';
export { type TextTokenizer, type TextTokenizerData, textTokenizer } from './encoders/text-tokenizer.ts';
export {
  characterVocabulary,
  generateVocabulary,
  phonemeVocabulary,
  type TokenType,
  vocabularySettings,
} from './encoders/text-vocabulary.ts';
export { type MixtureSettings, type Mixtures, makeMixtures, mixtureSettings } from './mixtures/make-mixtures.ts';
export { checkHearFiles, type HearTask, hearTaskFolders, readHearTask } from './published-corpora/hear-task.ts';
export { type AudioSnipsSource, prepareAudioSnips } from './published-corpora/prepare-audio-snips.ts';
export {
  type FluentSpeechCommandsSource,
  fluentSpeechCommandsGroups,
  prepareFluentSpeechCommands,
} from './published-corpora/prepare-fluent-speech-commands.ts';
export { prepareHearEvents } from './published-corpora/prepare-hear-events.ts';
export { type HearSource, prepareHearScenes } from './published-corpora/prepare-hear-scenes.ts';
export { type IemocapSource, prepareIemocap } from './published-corpora/prepare-iemocap.ts';
export { type LibriMixSource, prepareLibriMix } from './published-corpora/prepare-libri-mix.ts';
export { type LibriSpeechSource, prepareLibriSpeech } from './published-corpora/prepare-libri-speech.ts';
export { prepareQuesst14, type Quesst14Source } from './published-corpora/prepare-quesst14.ts';
export { prepareSpeechCommands, type SpeechCommandsSource } from './published-corpora/prepare-speech-commands.ts';
export { prepareVoiceBank } from './published-corpora/prepare-voice-bank.ts';
export { prepareVoxCeleb1 } from './published-corpora/prepare-vox-celeb1.ts';
export { prepareVoxCeleb1Identification } from './published-corpora/prepare-vox-celeb1-identification.ts';
export type { VoxCeleb1Source } from './published-corpora/vox-celeb1-files.ts';
export { balancedWeightedSampler } from './samplers/balanced-weighted-sampler.ts';
export { categoryBalancedSampler } from './samplers/category-balanced-sampler.ts';
export { distributedBatches } from './samplers/distributed-batches.ts';
export { fixedBatchSampler } from './samplers/fixed-batch-sampler.ts';
export { groupSameItemSampler } from './samplers/group-same-item-sampler.ts';
export { maxTimestampSampler } from './samplers/max-timestamp-sampler.ts';
export type { SamplerChance } from './samplers/sampler-source.ts';
export { sortedBucketingSampler } from './samplers/sorted-bucketing-sampler.ts';
export { sortedSliceSampler } from './samplers/sorted-slice-sampler.ts';
export {
  type LabelGroupUtterance,
  type LabelledUtterance,
  labelGroupTable,
  labelSetTable,
  labelTable,
  utteranceTable,
} from './tables/classification-tables.ts';
export { type DiarizationRecording, diarizationTable, type SegmentPolicy } from './tables/diarization-table.ts';
export { type EventRecording, eventTable, type LabelledSpan, labelledRecordings } from './tables/event-table.ts';
export { judgedTables } from './tables/judged-tables.ts';
export { readKaldiDirectory, writeKaldiDirectory } from './tables/kaldi-directory.ts';
export { formatRttm, readRttm, writeRttm } from './tables/rttm.ts';
export { documentTable, queryTable, type SearchQuery, type SearchUtterance } from './tables/search-tables.ts';
export { type MixedUtterance, separationTable } from './tables/separation-table.ts';
export { slotNames, slotTable } from './tables/slot-table.ts';
export type { Located, ScoredRegion, SpeakerSegment } from './tables/speaker-segment.ts';
export {
  type SpeakerUtterance,
  speakerTable,
  type Trial,
  type TrialTable,
  trialTable,
  type Utterance,
} from './tables/speaker-verification-tables.ts';
export { readTable, resolveWavPaths, writeTable } from './tables/table.ts';
export { requireKnownTokens, type TranscribedUtterance, transcriptTable } from './tables/transcript-table.ts';
export { formatUem, readUem, writeUem } from './tables/uem.ts';
export type { UtterancePart } from './tables/utterance-part.ts';
