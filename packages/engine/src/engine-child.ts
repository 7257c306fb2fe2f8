import type { EngineInfo } from '@s3/interface';
import { checkNative } from './install/check-native.ts';
import { answerMark } from './install/engine-child-process.ts';
import { measureSpeed } from './install/measure-speed.ts';
import { selectEngine } from './select-engine.ts';

// Started by askEngineChild: `check FOLDER` or `probe ENGINE CACHE PROGRAM`.
const [job, subject, cacheDir, program] = process.argv.slice(2) as [string, string, string?, string?];
if (program) process.argv[1] = program; // whose packages are to be found
try {
  if (job === 'check') answer(await checkNative(subject));
  else {
    const { library } = await selectEngine(subject as EngineInfo['name'], cacheDir);
    answer({ library, gigaflops: await measureSpeed() });
  }
} catch (error) {
  answer({ failure: (error as Error & { found?: string }).found ?? (error as Error).message });
}

function answer(value: object): void {
  process.stdout.write(`${answerMark}${JSON.stringify(value)}\n`);
}
