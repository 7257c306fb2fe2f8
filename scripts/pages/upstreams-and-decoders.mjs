// Upstreams in ONNX files; language models and lexicons.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { seriousViolations } from '../browser.mjs';
import { smallEncoder } from '../small-encoder.mjs';
import { train } from './checkpoints.mjs';
import { at, files, recordings, run, scratch, shots, table, wordsOf } from './scratch.mjs';
import { alerts, assertSame, choose, look, nodesWord, open, serve, workersWord } from './served-page.mjs';
import { simpleServer } from './simple-server.mjs';

export async function upstreamsAndDecodersChecks({ check, plain }) {
  await check('an upstream in an ONNX file says the same in the page', async () => {
    run('upstream', 'export', smallEncoder(scratch), at('encoder.onnx'));
    const labels = table('onnx-labels.csv', 'label', ({ spk }) => spk);
    const encoder = ['--upstream.name', 'onnx', '--upstream.path', at('encoder.onnx'), '--upstream.onnx.mask', 'mask'];
    const corpus = ['--corpus.train', labels, '--corpus.valid', labels, '--corpus.tests', labels, '--trainData.maxSeconds', '1'];
    const checkpoint = train('superb-sid', '3', ...corpus, ...encoder);
    const { address, close: stop } = await serve(checkpoint);
    const { page, troubles, close } = await open(plain, address);
    assertSame(await workersWord(page, 'wasm', files[0]), nodesWord(checkpoint, files[0]), 'onnx');
    assert.deepEqual(troubles, []);
    await close();
    await stop();
    writeFileSync(at('torn.onnx'), readFileSync(at('encoder.onnx')).subarray(0, 600));
    const torn = await serve(checkpoint, '--upstream.path', at('torn.onnx'));
    const refused = await open(plain, torn.address);
    assert.match((await alerts(refused.page)).join(), /onnxruntime refuses/);
    await refused.close();
    await torn.close();
  });

  await check('a language model and a lexicon give the same texts in the page', async () => {
    const words = [...new Set(recordings.map(({ spk }) => spk.toUpperCase()))];
    const arpa = [
      '\\data\\',
      `ngram 1=${words.length + 3}`,
      `ngram 2=${words.length}`,
      '\\1-grams:',
      '-1 <unk>',
      '-99 <s> -0.3',
      '-1 </s>',
      ...words.map((word, index) => `-0.${index + 4} ${word} -0.2`),
      '\\2-grams:',
      ...words.map((word, index) => `-${index + 1}.1 <s> ${word}`),
      '\\end\\',
    ];
    writeFileSync(at('words.arpa.gz'), gzipSync(`${arpa.join('\n')}\n`));
    writeFileSync(at('words.txt'), `${words.join('\n')}\n`);
    const texts = table('decoded.csv', 'transcription', ({ spk }) => spk.toUpperCase());
    const corpus = ['--corpus.train', texts, '--corpus.tests', texts, '--training.evalStep', 'null', '--optimizer.learningRate', '1e-2'];
    const small = wordsOf(
      '--downstream.projectionSize 16 --downstream.hiddenSizes [8] --downstream.dropout [0] --downstream.downsampling [2]',
    );
    const decoder = wordsOf(
      '--task.decoder.type beam --task.decoder.lm words.arpa.gz --task.decoder.lexicon words.txt --task.decoder.nbest 3',
    );
    const checkpoint = train('superb-asr', '6', ...corpus, ...small, ...decoder);
    const { address, close: stop } = await serve(checkpoint);
    const { page, troubles, close } = await open(plain, address);
    const expected = nodesWord(checkpoint, files[0]);
    assert.equal(expected.length, 3, 'three texts, all of the lexicon');
    for (const { text } of expected) for (const word of text.split(' ')) assert.ok(word === '' || words.includes(word), text);
    assertSame(await workersWord(page, 'wasm', files[0]), expected, 'texts');
    await choose(page, 0, files[0]);
    await page.waitForSelector('.result[data-done]', { timeout: 60_000 });
    await look(page, 'language-model');
    assert.deepEqual(troubles, []);
    await close();
    await stop();
    // a large one over a slow line: how much has come, how fast, and how long it takes
    const many = Array.from({ length: 60_000 }, (_, index) => `-5.5 UNSAID${index}`);
    const large = [...arpa.slice(0, 7), ...many, ...arpa.slice(7)].map((line) =>
      line.startsWith('ngram 1=') ? `ngram 1=${words.length + 3 + many.length}` : line,
    );
    writeFileSync(at('large.arpa'), `${large.join('\n')}\n`);
    run('serve', checkpoint, '--task.decoder.lm', 'large.arpa', '--build', at('large'));
    const slow = await simpleServer(at('large'), { 'decoder/lm': 4 });
    const waiting = await (await plain.newContext({ viewport: { width: 390, height: 844 } })).newPage();
    await waiting.goto(`${slow.address}?engine=wasm`);
    await waiting.getByText('Fetching the language model').waitFor();
    await waiting.getByText(/^\d+\.\d of 1\.\d MB, [\d.]+ (MB|KB)\/s, [\d.]+ s left$/).waitFor({ timeout: 10_000 });
    assert.deepEqual(await seriousViolations(waiting), []);
    await waiting.screenshot({ path: join(shots, 'fetching-phone-light.png') });
    assert.ok((await waiting.locator('progress').evaluate(({ position }) => position)) > 0);
    await waiting.waitForSelector('main[data-ready]', { timeout: 60_000 });
    await waiting.context().close();
    await slow.close();
    writeFileSync(at('torn.arpa'), arpa.slice(0, 6).join('\n'));
    const torn = await serve(checkpoint, '--task.decoder.lm', 'torn.arpa');
    const refused = await open(plain, torn.address);
    assert.match((await alerts(refused.page)).join(), /decoder\/lm, line 6: found the end of the file/);
    await refused.close();
    await torn.close();
    assert.throws(
      () => run('serve', checkpoint, '--task.decoder.lm', 'none.arpa', '--build', at('none')),
      /task.decoder.lm: found 'none.arpa', which is not there/,
    );
  });
}
