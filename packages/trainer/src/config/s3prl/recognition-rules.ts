import type { S3prlRule } from './s3prl-rule.ts';

/** Speech recognition: the tokenizer, the recurrent encoder and SpecAugment, which S3PRL keeps in two dictionaries. */
export const recognitionRules: readonly S3prlRule[] = [
  { from: 'build_tokenizer.vocab_type', to: 'tokenizer.type' },
  { from: 'build_tokenizer.vocab_file', to: 'tokenizer.vocabularyFile' },
  { from: 'build_tokenizer.vocab_args.vocab_size', to: 'tokenizer.size', value: (size) => (size === -1 ? null : size) },
  { from: 'build_tokenizer.vocab_args.coverage', to: 'tokenizer.coverage' },
  { from: 'build_tokenizer.vocab_args.sort_vocab', harmless: [true], note: 'vocabularies are sorted' },
  { from: 'build_tokenizer.tokenizer_name', harmless: 'any', note: 'the tokenizer is kept with the other encoders' },
  { from: 'build_tokenizer.*', note: 'there is nothing to set' },
  { from: 'prepare_tokenizer_data.*', note: 'there is nothing to set' },
  ...Object.entries({
    proj_size: 'projectionSize',
    hidden_size: 'hiddenSizes',
    proj: 'projection',
    sample_rate: 'downsampling',
    sample_style: 'downsampleStyle',
    '*': '*',
  }).map(([from, to]) => ({ from: `build_downstream.model_conf.${from}`, to: `downstream.${to}` })),
  { from: 'build_downstream.specaug_conf.time_warp_mode', harmless: ['bicubic'], note: 'time is warped by cubic convolution' },
  ...Object.entries({
    apply_time_warp: 'timeWarp',
    apply_freq_mask: 'frequencyMask',
    freq_mask_width_range: 'frequencyMaskWidth',
    num_freq_mask: 'frequencyMasks',
    apply_time_mask: 'timeMask',
    time_mask_width_range: 'timeMaskWidth',
    num_time_mask: 'timeMasks',
    max_n_time_masks: 'maxTimeMasks',
    '*': '*',
  }).map(([from, to]) => ({ from: `build_downstream.specaug_conf.${from}`, to: `augmentation.${to}` })),
];
