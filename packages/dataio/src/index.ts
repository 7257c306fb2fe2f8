export { type ArrayFormat, arrayBytes, arrayFormats, type NamedArrays, type NumberArray, readArrays } from './array-file.ts';
export { type AudioFile, audioBytes } from './audio-bytes.ts';
export {
  type AudioDataset,
  type AudioDatasetComponent,
  type AudioDatasetWiring,
  type AudioUtterance,
  audioDataset,
} from './audio-dataset.ts';
export { type AudioInfo, openRecording, type Recording } from './audio-recording.ts';
export { balancedWeightedSampler } from './balanced-weighted-sampler.ts';
export { categoryBalancedSampler } from './category-balanced-sampler.ts';
export { categoryEncoder } from './category-encoder.ts';
export { classIds } from './class-ids.ts';
export { classificationCorpus, prepareClassification } from './classification-corpus.ts';
export {
  type LabelGroupUtterance,
  type LabelledUtterance,
  labelGroupTable,
  labelSetTable,
  labelTable,
  utteranceTable,
} from './classification-tables.ts';
export { type DataLoaderWiring, dataLoader } from './data-loader.ts';
export { type DiarizationSource, diarizationCorpus, prepareDiarization } from './diarization-corpus.ts';
export {
  type DiarizationChunk,
  type DiarizationChunkBatch,
  type DiarizationDataset,
  type DiarizationDatasetWiring,
  diarizationBatch,
  diarizationDataset,
} from './diarization-dataset.ts';
export {
  type DiarizationRecording,
  diarizationTable,
  type SegmentPolicy,
  segmentColumns,
  segmentTable,
} from './diarization-table.ts';
export { distributedBatches } from './distributed-batches.ts';
export { encodeLabels, encodeSpeakers } from './encode-labels.ts';
export { encodeEvents, eventCorpus, prepareEvents } from './event-corpus.ts';
export { type EventRecording, eventTable, type LabelledSpan, labelledRecordings, tableOfEvents } from './event-table.ts';
export { fixedBatchSampler } from './fixed-batch-sampler.ts';
export { type FrameRange, frameActivity } from './frame-activity.ts';
export { groupSameItemSampler } from './group-same-item-sampler.ts';
export { checkHearFiles, type HearTask, hearTaskFolders, readHearTask } from './hear-task.ts';
export { judgedTables } from './judged-tables.ts';
export { isKaldiDirectory, readKaldiDirectory, writeKaldiDirectory } from './kaldi-directory.ts';
export { type LabelledUtteranceBatch, labelledBatches, requireKnownLabels } from './labelled-batches.ts';
export { type Lexicon, phoneticTable, readLexicon } from './lexicon.ts';
export { loadTokenizer, type TokenizerData } from './load-tokenizer.ts';
export { type MixtureSettings, type Mixtures, makeMixtures, mixtureSettings } from './make-mixtures.ts';
export { maxTimestampSampler } from './max-timestamp-sampler.ts';
export { padWaveforms } from './pad-waveforms.ts';
export { type AudioSnipsSource, prepareAudioSnips } from './prepare-audio-snips.ts';
export {
  type FluentSpeechCommandsSource,
  fluentSpeechCommandsGroups,
  prepareFluentSpeechCommands,
} from './prepare-fluent-speech-commands.ts';
export { prepareHearEvents } from './prepare-hear-events.ts';
export { type HearSource, prepareHearScenes } from './prepare-hear-scenes.ts';
export { type IemocapSource, prepareIemocap } from './prepare-iemocap.ts';
export { type LibriSpeechSource, prepareLibriSpeech } from './prepare-libri-speech.ts';
export { prepareSpeechCommands, type SpeechCommandsSource } from './prepare-speech-commands.ts';
export { prepareVoxCeleb1 } from './prepare-vox-celeb1.ts';
export { prepareVoxCeleb1Identification } from './prepare-vox-celeb1-identification.ts';
export { type AudioPart, readAudio } from './read-audio.ts';
export { readSubwords } from './read-subwords.ts';
export { readVocabulary } from './read-vocabulary.ts';
export { audioInfo } from './recording-file.ts';
export { recordingSource } from './recording-source.ts';
export { resample } from './resample.ts';
export { formatRttm, readRttm, writeRttm } from './rttm.ts';
export type { SamplerChance } from './sampler-source.ts';
export { encodeScenes, prepareScenes, sceneCorpus } from './scene-corpus.ts';
export { prepareSlotFilling, slotFillingCorpus } from './slot-filling-corpus.ts';
export { slotNames, slotTable } from './slot-table.ts';
export { type SlotTokenizerData, slotOf, slotText, slotTokenizer } from './slot-tokenizer.ts';
export { sortedBucketingSampler } from './sorted-bucketing-sampler.ts';
export { sortedSliceSampler } from './sorted-slice-sampler.ts';
export type { Located, ScoredRegion, SpeakerSegment } from './speaker-segment.ts';
export { prepareSpeakerVerification, speakerVerificationCorpus } from './speaker-verification-corpus.ts';
export {
  type SpeakerUtterance,
  speakerTable,
  type Trial,
  type TrialTable,
  trialTable,
  type Utterance,
} from './speaker-verification-tables.ts';
export { prepareSpeechToText, speechToTextCorpus } from './speech-to-text-corpus.ts';
export { type SubwordTokenizerData, subwordTokenizer, subwordTrainingCommand } from './subword-tokenizer.ts';
export { readTable, resolveWavPaths, writeTable } from './table.ts';
export { type TextTokenizer, type TextTokenizerData, textTokenizer } from './text-tokenizer.ts';
export {
  characterVocabulary,
  generateVocabulary,
  phonemeVocabulary,
  type TokenType,
  vocabularySettings,
} from './text-vocabulary.ts';
export { requireKnownTokens, type TranscribedUtterance, transcriptTable } from './transcript-table.ts';
export { type SilenceOptions, trimSilence } from './trim-silence.ts';
export { formatUem, readUem, writeUem } from './uem.ts';
export { type UtteranceBatch, utteranceBatch } from './utterance-batch.ts';
export type { UtterancePart } from './utterance-part.ts';
export type { VoxCeleb1Source } from './vox-celeb1-files.ts';
export { wavBytes } from './wav-bytes.ts';
export { withRecordingSource } from './with-recording-source.ts';
