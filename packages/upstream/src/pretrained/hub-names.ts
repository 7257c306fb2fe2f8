/**
 * S3PRL's name of each pretrained upstream, or one in its manner, and the id of the same weights on the Hugging Face hub; those that S3PRL keeps in
 * a file of its own as owner/name/file.
 */
export const hubNames = {
  wav2vec2: 'facebook/wav2vec2-base',
  wav2vec2_base_960: 'facebook/wav2vec2-base',
  wav2vec2_large_960: 'facebook/wav2vec2-large',
  wav2vec2_large_ll60k: 'facebook/wav2vec2-large-lv60',
  wav2vec2_large_lv60_cv_swbd_fsh: 'facebook/wav2vec2-large-robust',
  wav2vec2_large_voxpopuli_100k: 'facebook/wav2vec2-large-100k-voxpopuli',
  xlsr_53: 'facebook/wav2vec2-large-xlsr-53',
  xls_r_300m: 'facebook/wav2vec2-xls-r-300m',
  xls_r_1b: 'facebook/wav2vec2-xls-r-1b',
  xls_r_2b: 'facebook/wav2vec2-xls-r-2b',
  mms_300m: 'facebook/mms-300m',
  mms_1b: 'facebook/mms-1b',
  mms_1b_all: 'facebook/mms-1b-all',
  wav2vec2_conformer_relpos: 'facebook/wav2vec2-conformer-rel-pos-large',
  wav2vec2_conformer_rope: 'facebook/wav2vec2-conformer-rope-large',
  hubert: 'facebook/hubert-base-ls960',
  hubert_base: 'facebook/hubert-base-ls960',
  hubert_large_ll60k: 'facebook/hubert-large-ll60k',
  hubert_xlarge_ll60k: 'facebook/hubert-xlarge-ll60k',
  contentvec_km500: 'lengyue233/content-vec-best',
  mhubert_base_vp_en_es_fr_it3: 'voidful/mhubert-base',
  mhubert_147: 'utter-project/mHuBERT-147',
  distilhubert: 'ntu-spml/distilhubert',
  distilhubert_base: 'ntu-spml/distilhubert',
  unispeech_sat: 'microsoft/unispeech-sat-base-plus',
  unispeech_sat_base: 'microsoft/unispeech-sat-base',
  unispeech_sat_base_plus: 'microsoft/unispeech-sat-base-plus',
  unispeech_sat_large: 'microsoft/unispeech-sat-large',
  wavlm: 'microsoft/wavlm-base-plus',
  wavlm_base: 'microsoft/wavlm-base',
  wavlm_base_plus: 'microsoft/wavlm-base-plus',
  wavlm_large: 'microsoft/wavlm-large',
  data2vec: 'facebook/data2vec-audio-base',
  data2vec_base_960: 'facebook/data2vec-audio-base',
  data2vec_large_ll60k: 'facebook/data2vec-audio-large',
  w2v_bert_2: 'facebook/w2v-bert-2.0',
  whisper_tiny: 'openai/whisper-tiny',
  whisper_base: 'openai/whisper-base',
  whisper_small: 'openai/whisper-small',
  whisper_medium: 'openai/whisper-medium',
  whisper_large: 'openai/whisper-large',
  whisper_large_v2: 'openai/whisper-large-v2',
  whisper_large_v3: 'openai/whisper-large-v3',
  apc: 'leo19941227/apc_series/apc_360hr.ckpt',
  apc_360hr: 'leo19941227/apc_series/apc_360hr.ckpt',
  apc_960hr: 'leo19941227/apc_series/apc_960hr.ckpt',
  vq_apc: 'leo19941227/apc_series/vq_apc_360hr.ckpt',
  vq_apc_360hr: 'leo19941227/apc_series/vq_apc_360hr.ckpt',
  vq_apc_960hr: 'leo19941227/apc_series/vq_apc_960hr.ckpt',
} as const;

/** Names for whatever checkpoint `path` names; the first two are S3PRL's. */
export const customNames = ['hf_hubert_custom', 'hf_wav2vec2_custom', 'hf_custom'] as const;

/** The name of whatever ONNX model `path` names. */
export const onnxName = 'onnx';
