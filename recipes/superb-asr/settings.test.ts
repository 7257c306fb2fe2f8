import { resolveConfig } from '@s3/trainer';
import { expect, test } from 'vitest';
import superbAsr from './recipe.ts';

test("S3PRL's beam search is ours", async () => {
  const given = ['--targetDir', 'exp/asr', '--prepare_data.dataset_root', '/data/LibriSpeech', '--build_upstream.name', 'fbank'];
  const decoderOf = async (...words: string[]) => {
    const { config, warnings } = await resolveConfig(superbAsr, { words: [...given, ...words] });
    return { decoder: (config['task'] as { readonly decoder: object }).decoder, warnings };
  };
  expect((await decoderOf()).decoder).toMatchObject({ type: 'greedy', beamSize: 100 });
  const decoder =
    '{beam: 50, beam_size_token: -1, lm: 4-gram.arpa, lexicon: words.txt, token: tokens.txt, nbest: 2, unk_score: -.inf, sil_score: 0}';
  const { decoder: beam, warnings } = await decoderOf('--build_task.decoder', decoder, '--build_task.decoder.lm_weight', '1');
  expect(beam).toEqual({
    type: 'beam',
    beamSize: 50,
    beamThreshold: 25,
    tokenPruning: null,
    logAdd: false,
    lm: '4-gram.arpa',
    lmUnit: 'auto',
    lmWeight: Math.LOG10E,
    wordScore: -1,
    unkScore: -1e9,
    lexicon: 'words.txt',
    nbest: 2,
  });
  expect(warnings.join()).toContain('build_task.decoder.token (the tokens are those of the tokenizer)');
  // what is ours wins over what S3PRL means
  expect((await decoderOf('--task.decoder.type', 'greedy', '--build_task.decoder.beam', '7')).decoder).toMatchObject({
    type: 'greedy',
    beamSize: 7,
  });
  await expect(decoderOf('--build_task.decoder.sil_score', '2')).rejects.toThrow('spaces have no score of their own');
  await expect(decoderOf('--build_task.decoder.nonsense', '2')).rejects.toThrow('without a counterpart');
});
