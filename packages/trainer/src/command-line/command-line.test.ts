import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type AnyRecipe, type EngineInfo, InputError } from '@s3/interface';
import type { Command } from 'commander';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { settingsRecipe } from '../fixtures/settings-recipe.ts';
import { InterruptedError } from '../interrupted-error.ts';
import { type CommandLineOptions, commandLine } from './command-line.ts';

const tinyRecipe: AnyRecipe = {
  ...settingsRecipe,
  name: 'tiny',
  summary: 'Two sections to look at',
  config: z.strictObject({
    upstream: z.strictObject({
      name: z.enum(['fbank', 'mfcc']).describe('which upstream'),
      root: z.string().optional().describe('folder of its weights'),
    }),
    training: z.strictObject({ totalSteps: z.int().min(1).default(100).describe('steps to train') }).prefault({}),
  }),
};

type Ran = { readonly recipe: string; readonly config: { readonly [section: string]: unknown }; readonly engine: EngineInfo };

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 's3-command-line-'));
});

beforeEach(() => {
  vi.stubEnv('NO_COLOR', '1');
  vi.stubEnv('FORCE_COLOR', '');
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

async function s3(argv: readonly string[], more: Partial<CommandLineOptions> = {}) {
  const written = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => ({
    write(text: string) {
      written[name] += text;
    },
  });
  const ran: Ran[] = [];
  const code = await commandLine({
    argv,
    recipes: [{ name: settingsRecipe.name, summary: settingsRecipe.summary, load: async () => settingsRecipe }, tinyRecipe],
    version: '1.2.3',
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    selectEngine: async (name) => ({ name: name === 'auto' ? 'wasm' : name, library: 'test engine 1', reason: 'it is a test' }),
    run: async (recipe, config, { engine }) => {
      ran.push({ recipe: recipe.name, config, engine });
      return { tests: { trials: { eer: 0.125, eerThreshold: 0.5 } } };
    },
    ...more,
  });
  return { code, ran, ...written };
}

const given = ['--targetDir', 'exp', '--upstream.name', 'fbank'];

describe('help', () => {
  test('of the program', async () => {
    const { code, stdout } = await s3(['--help']);
    expect(code).toBe(0);
    expect(stdout).toMatchInlineSnapshot(`
      "Usage: s3 <command> [options]

      Trains and compares speech representations.

      Options:
        -V, --version  print the version
        -h, --help     explain this command

      Recipes:
        list           list the recipes
        run            run a recipe: read the corpus, train, test, report
        sweep          run a recipe with several settings, and test the best
        config         print a recipe's settings as YAML, with what each one means
        report         make a run's report.html again

      Trained checkpoints:
        test           test a finished checkpoint again with other settings of its task

      This machine:
        doctor         check this machine: versions, engines, cores, memory, disk

      s3 COMMAND --help explains a command, s3 run RECIPE --help every setting of a recipe.

      Examples:
        s3 list
        s3 config toy-asv > settings.yaml
        s3 run toy-asv --config settings.yaml --targetDir exp/toy-asv
      "
    `);
  });

  test('of a recipe has every setting', async () => {
    const { code, stdout } = await s3(['run', 'tiny', '--help']);
    expect(code).toBe(0);
    expect(stdout.replace(/(thread\n *whole number, at least 0; default) \d+/, '$1 CORES-1')).toMatchInlineSnapshot(`
      "Usage: s3 run <recipe> [--section.setting value ...] [options]

      run a recipe: read the corpus, train, test, report

      Arguments:
        recipe           a name from s3 list, or the path of a module that exports a recipe as its default
        settings         such as --training.totalSteps 1000; they win over files

      Options:
        --json           print the result as JSON
        --config <file>  YAML file of settings, ours or in the names of S3PRL; may be given several times
        -h, --help       explain the command and, after a recipe's name, every setting of that recipe

      tiny: Two sections to look at

      Settings, on the command line as --name value, or in a YAML file for --config:

      the run
        --targetDir
            folder for everything the run makes; a second run there goes on where the first one stopped
            text; mandatory
        --cacheDir
            folder shared between runs, may be deleted at any time; null: s3 in $XDG_CACHE_HOME or
            ~/.cache
            text or null; default null
        --start
            first stage to do: 0 reads the corpus, 1 makes encoders, 2 trains, 3 tests, 4 reports
            whole number, 0 to 4; default 0
        --stop
            last stage to do; null: 4
            whole number, 0 to 4; or null; default null
        --engine
            what computes; auto takes the fastest that works
            one of auto, native, webgpu, wasm, cpu; default auto
        --workers
            threads that read and decode audio, one less than the cores unless given; 0 reads in the main
            thread
            whole number, at least 0; default CORES-1
        --evalBatches
            batches to evaluate of each validation and test set, for a quick try; -1: all
            -1; or whole number, at least 1; default -1

      upstream
        --upstream.name
            which upstream
            one of fbank, mfcc; mandatory
        --upstream.root
            folder of its weights
            text; may be left out

      training
        --training.totalSteps
            steps to train
            whole number, at least 1; default 100
      "
    `);
  });

  test('of every command', async () => {
    for (const command of ['run', 'test', 'config', 'list', 'doctor', 'report']) {
      const { code, stdout, stderr } = await s3([command, '--help']);
      expect({ command, code, stderr }).toEqual({ command, code: 0, stderr: '' });
      expect(stdout).toContain(`Usage: s3 ${command}`);
      expect(stdout).toContain('--json');
    }
  });

  test('says in its usage what has to be given', async () => {
    const addCommands = (program: Command) => {
      const score = program.command('score').description('score files');
      score.command('texts').argument('<list>').argument('[files...]').requiredOption('--out <folder>', 'where').option('--fast', 'soon');
    };
    const { stdout } = await s3(['score', 'texts', '--help'], { addCommands });
    expect(stdout).toContain('Usage: s3 score texts <list> [files...] --out <folder> [options]\n');
    const { code, stderr } = await s3(['score', 'texts', 'a.txt'], { addCommands });
    expect(code).toBe(1);
    expect(stderr).toBe("error: required option '--out <folder>' not specified\n(s3 score texts --help explains it)\n");
  });

  test('wins over settings that are wrong', async () => {
    expect(await s3(['run', 'tiny', '--nothing', '1', '--help'])).toMatchObject({ code: 0, ran: [] });
  });

  test('the version', async () => {
    expect(await s3(['--version'])).toMatchObject({ code: 0, stdout: '1.2.3\n' });
  });

  test('without a command is help and a failure', async () => {
    const { code, stderr } = await s3([]);
    expect(code).toBe(1);
    expect(stderr).toContain('Usage: s3');
  });
});

describe('run', () => {
  test('gives the recipe its settings, files first', async () => {
    const file = join(folder, 'tiny.yaml');
    await writeFile(file, 'training: {totalSteps: 5}\nworkers: 2\n');
    const more = join(folder, 'more.yaml');
    await writeFile(more, 'workers: 3\nengine: wasm\n');
    const { code, ran } = await s3([
      'run',
      'tiny',
      ...given,
      '--config',
      file,
      `--config=${more}`,
      '--engine',
      'cpu',
      '--evalBatches',
      '-1',
    ]);
    expect(code).toBe(0);
    expect(ran).toEqual([
      {
        recipe: 'tiny',
        engine: { name: 'cpu', library: 'test engine 1', reason: 'it is a test' },
        config: {
          targetDir: 'exp',
          cacheDir: null,
          start: 0,
          stop: null,
          engine: 'cpu',
          workers: 3,
          evalBatches: -1,
          upstream: { name: 'fbank' },
          training: { totalSteps: 5 },
        },
      },
    ]);
  });

  test('prints a table, or JSON alone on stdout', async () => {
    const table = await s3(['run', 'tiny', ...given]);
    expect(table.stdout).toMatch(/EER +12\.50 %/);
    const json = await s3(['run', '--json', 'tiny', ...given]);
    expect(JSON.parse(json.stdout)).toEqual({ tests: { trials: { eer: 0.125, eerThreshold: 0.5 } } });
    expect(json.stderr).toContain('test engine 1');
  });

  test('tells what was passed over of S3PRL', async () => {
    const { code, stdout } = await s3(['run', 'toy-asv', ...given, '--device', 'cuda']);
    expect(code).toBe(0);
    expect(stdout).toContain('warning: settings of S3PRL passed over: device (engine chooses what computes)');
  });

  test('a recipe by the path of its module', async () => {
    const path = join(folder, 'mine.mjs');
    await writeFile(path, 'export default 5;\n');
    expect(await s3(['run', path, ...given])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('a module whose default export is no recipe'),
    });
    await writeFile(join(folder, 'broken.mjs'), "throw new TypeError('my own mistake');\n");
    expect((await s3(['run', join(folder, 'broken.mjs'), ...given])).stderr).toMatch(
      /broken\.mjs: found a module that does not load \(TypeError: my own mistake.*\); expected/,
    );
    expect(await s3(['run', './absent.mjs'])).toMatchObject({ code: 1, stderr: expect.stringContaining('found no such file') });
  });
});

describe('errors', () => {
  test.each([
    [
      ['rnu', 'tiny'],
      "command: found 'rnu'; expected one of list, run, sweep, config, report, test, doctor. Did you mean run? Say s3 --help for what each one does.\n",
    ],
    [
      ['run', 'tyni', ...given],
      "recipe: found 'tyni'; expected one of toy-asv, tiny. Did you mean tiny? A recipe of your own is given by the path of its module.\n",
    ],
    [
      ['run', 'ToyASV', ...given],
      "recipe: found 'ToyASV'; expected one of toy-asv, tiny. Did you mean toy-asv? A recipe of your own is given by the path of its module.\n",
    ],
    [
      ['run', 'tiny', ...given, '--print_config'],
      'print_config (command line): found true, a setting of S3PRL without a counterpart in this recipe (s3 config RECIPE prints every setting). Every setting is explained by: s3 run tiny --help\n',
    ],
    [['run'], 'command line: found no recipe; expected one of toy-asv, tiny. Put it first, such as: s3 run toy-asv --targetDir exp\n'],
    [
      ['run', ...given, 'tiny'],
      "command line: found '--targetDir' where the recipe's name stands; expected one of toy-asv, tiny. Put it first, such as: s3 run toy-asv --targetDir exp\n",
    ],
    [
      ['run', 'tiny', ...given, '--training.totalStep', '5'],
      'training.totalStep (command line): found an unknown setting; did you mean training.totalSteps? Every setting is explained by: s3 run tiny --help\n',
    ],
    [['list', '--jsn'], "error: unknown option '--jsn'\n(Did you mean --json?)\n(s3 list --help explains it)\n"],
    [['report'], "error: missing required argument 'target'\n(s3 report --help explains it)\n"],
    [
      ['report', 'nowhere'],
      'nowhere: found no such folder; expected the target directory of a run. Give the folder that the run had as --targetDir.\n',
    ],
  ])('%j', async (argv, message) => {
    const { code, stdout, stderr, ran } = await s3(argv);
    expect({ code, stdout, stderr, ran }).toEqual({ code: 1, stdout: '', stderr: message, ran: [] });
  });

  test('that a user can mend are their message alone, in red on a terminal', async () => {
    const run = async () => {
      throw new InputError('train.csv, row 3', 'no wav_path', 'a path', 'Fill it in.');
    };
    expect((await s3(['run', 'tiny', ...given], { run })).stderr).toBe(
      'train.csv, row 3: found no wav_path; expected a path. Fill it in.\n',
    );
    vi.stubEnv('NO_COLOR', '');
    vi.stubEnv('FORCE_COLOR', '1');
    expect((await s3(['run', 'tiny', ...given], { run })).stderr).toBe(
      '\x1b[31mtrain.csv, row 3: found no wav_path; expected a path. Fill it in.\x1b[39m\n',
    );
  });

  test('of the file system are told with the file', async () => {
    const run = async () => {
      throw Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS', path: '/disk/x.onnx' });
    };
    expect((await s3(['run', 'tiny', ...given], { run })).stderr).toBe(
      '/disk/x.onnx: found a file system that cannot be written (EROFS); expected a path that can be read and written. Mend that and run the same command again; what was saved is kept.\n',
    );
  });

  test('of ours come with their stack', async () => {
    const run = async () => {
      throw new TypeError('x is not a function');
    };
    const { code, stderr } = await s3(['run', 'tiny', ...given], { run });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^x is not a function\nThis is a bug in S3[^\n]*\nTypeError: x is not a function\n +at /);
  });

  test('of a recipe or a plugin of the user say in which line they are', async () => {
    const whales = join(folder, 'node_modules', 'whales');
    await mkdir(whales, { recursive: true });
    await writeFile(
      join(whales, 'package.json'),
      '{ "name": "whales", "type": "module", "peerDependencies": { "@s3/interface": "^0.1.0" } }',
    );
    const file = join(whales, 'index.js');
    await writeFile(file, 'export const fail = () => {\n  undefined.rows();\n};\nexport const call = (other) => other();\n');
    const { fail, call } = await import(/* @vite-ignore */ pathToFileURL(file).href);
    const own = await s3(['run', 'tiny', ...given], { run: async () => fail() });
    expect(own.stderr).toContain(`(reading 'rows')\nThis comes from ${file}:2, which is no part of S3: mend it there.\nTypeError`);
    const ours = () => {
      throw new TypeError('x is not a function');
    };
    const called = await s3(['run', 'tiny', ...given], { run: async () => call(ours) });
    expect(called.stderr).toContain(`It was called from ${file}:4: look there first. If that is right, this is a bug in S3`);
  });
});

describe('signals', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s lets the run save', async (name, exitCode) => {
    const before = process.listenerCount(name);
    const run: CommandLineOptions['run'] = (_recipe, _config, { signal }) =>
      new Promise((_, reject) => {
        signal!.addEventListener('abort', () => reject(new InterruptedError('training at step 3', 'exp/train/step_3')));
        process.emit(name);
      });
    const { code, stdout, stderr } = await s3(['run', 'tiny', ...given], { run });
    expect(code).toBe(exitCode);
    expect(stdout).toContain(`${name}: saving, then stopping`);
    expect(stderr).toBe(
      'interrupted while training at step 3; the work so far is saved in exp/train/step_3. Run the same command again to go on from there.\n',
    );
    expect(process.listenerCount(name)).toBe(before);
  });

  test('a second one ends the process at once', async () => {
    const exit = vi.spyOn(process, 'exit').mockImplementation((() => undefined) as never);
    const run: CommandLineOptions['run'] = async () => {
      process.emit('SIGINT');
      expect(exit).not.toHaveBeenCalled();
      process.emit('SIGTERM');
      throw new InterruptedError('training');
    };
    expect((await s3(['run', 'tiny', ...given], { run })).code).toBe(130);
    expect(exit.mock.calls).toEqual([[143]]);
  });

  test('an error that comes while stopping is still an error', async () => {
    const run: CommandLineOptions['run'] = async () => {
      process.emit('SIGINT');
      throw new InputError('exp', 'no room left', 'room', 'Make room.');
    };
    expect(await s3(['run', 'tiny', ...given], { run })).toMatchObject({
      code: 1,
      stderr: 'exp: found no room left; expected room. Make room.\n',
    });
  });
});

describe('list', () => {
  test('as a table and as JSON', async () => {
    expect((await s3(['list'])).stdout).toMatchInlineSnapshot(`
      "recipe   what it is
      ───────  ─────────────────────────────────────────
      toy-asv  Settings of a speaker verification recipe
      tiny     Two sections to look at
      "
    `);
    expect(JSON.parse((await s3(['list', '--json'])).stdout)).toEqual([
      { name: 'toy-asv', summary: 'Settings of a speaker verification recipe' },
      { name: 'tiny', summary: 'Two sections to look at' },
    ]);
  });
});

describe('config', () => {
  test('prints defaults with their meaning', async () => {
    const { code, stdout } = await s3(['config', 'tiny', '--workers', '1']);
    expect(code).toBe(0);
    expect(stdout).toMatchInlineSnapshot(`
      "# tiny: Two sections to look at
      # ??? stands for a value that has to be given.

      # folder for everything the run makes; a second run there goes on where the first one stopped (text)
      targetDir: ???
      # folder shared between runs, may be deleted at any time; null: s3 in $XDG_CACHE_HOME or ~/.cache (text or null)
      cacheDir: null
      # first stage to do: 0 reads the corpus, 1 makes encoders, 2 trains, 3 tests, 4 reports (whole number, 0 to 4)
      start: 0
      # last stage to do; null: 4 (whole number, 0 to 4; or null)
      stop: null
      # what computes; auto takes the fastest that works (one of auto, native, webgpu, wasm, cpu)
      engine: auto
      # threads that read and decode audio, one less than the cores unless given; 0 reads in the main thread (whole number, at least 0)
      workers: 1
      # batches to evaluate of each validation and test set, for a quick try; -1: all (-1; or whole number, at least 1)
      evalBatches: -1

      upstream:
        # which upstream (one of fbank, mfcc)
        name: ???
        # folder of its weights (text)
        # root:

      training:
        # steps to train (whole number, at least 1)
        totalSteps: 100
      "
    `);
  });

  test('can be given back as it is', async () => {
    const path = join(folder, 'dump.yaml');
    const dumped = await s3(['config', 'toy-asv', '--training.totalSteps', '7', '--optimizer.betas', '0.8,0.9', '--dump', path]);
    expect(dumped).toMatchObject({ code: 0, stdout: '' });
    expect(parse(await readFile(path, 'utf8'))).toMatchObject({
      targetDir: '???',
      training: { totalSteps: 7 },
      optimizer: { betas: [0.8, 0.9] },
    });
    const { code, ran } = await s3(['run', 'toy-asv', '--config', path, ...given]);
    const { ran: direct } = await s3(['run', 'toy-asv', ...given, '--training.totalSteps', '7', '--optimizer.betas', '0.8,0.9']);
    expect(code).toBe(0);
    expect(ran).toEqual(direct);
  });

  test('as JSON has the schema', async () => {
    const { stdout } = await s3(['config', 'tiny', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      recipe: 'tiny',
      config: { targetDir: '???', training: { totalSteps: 100 } },
      schema: {
        properties: {
          training: { properties: { totalSteps: { type: 'integer', minimum: 1, default: 100, description: 'steps to train' } } },
        },
      },
    });
  });

  test('shows what a rule between settings still lacks, and a run refuses it', async () => {
    const either = z
      .strictObject({ name: z.string().optional().describe('which'), path: z.string().optional().describe('where') })
      .refine(({ name, path }) => name !== undefined || path !== undefined, { path: ['name'], error: 'give name or path' });
    const recipe: AnyRecipe = { ...tinyRecipe, config: z.strictObject({ upstream: either }) };
    const shown = await s3(['config', 'tiny'], { recipes: [recipe] });
    expect(shown).toMatchObject({ code: 0, stderr: '' });
    expect(shown.stdout).toContain('  # name:\n');
    const run = await s3(['run', 'tiny', '--targetDir', 'exp'], { recipes: [recipe] });
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('upstream.name: give name or path');
  });

  test('as tables of all settings', async () => {
    const { code, stdout } = await s3(['config', 'tiny', '--markdown']);
    expect(code).toBe(0);
    expect(stdout.match(/^#.*/gm)).toEqual(['## The run', '## upstream', '## training']);
    expect(stdout).toContain('| `upstream.name` | mandatory | one of fbank, mfcc |  | which upstream |');
    expect(stdout).toContain('| `training.totalSteps` | `100` | whole number, at least 1 | steps | steps to train |');
    expect(stdout).toContain('| `upstream.root` | may be left out | text |  | folder of its weights |');
  });

  test('a file that cannot be written', async () => {
    const { code, stderr } = await s3(['config', 'tiny', '--dump', join(folder, 'absent', 'x.yaml')]);
    expect(code).toBe(1);
    expect(stderr).toContain('found a file that cannot be written (ENOENT)');
  });
});

describe('doctor', () => {
  test('tells which engines work and how to get the others', async () => {
    const selectEngine: CommandLineOptions['selectEngine'] = async (name) => {
      if (name === 'native')
        throw new InputError('setting engine', 'no native package', 'one of two packages', 'Say npm install @tensorflow/tfjs-node.');
      return { name: name === 'auto' ? 'wasm' : name, library: `test ${name} 1`, reason: 'it is a test' };
    };
    const { code, stdout } = await s3(['doctor'], { selectEngine, packages: { '@s3/cli': '1.2.3' } });
    expect(code).toBe(0);
    expect(stdout).toContain('engine native does not start: no native package. Say npm install @tensorflow/tfjs-node.');
    expect(stdout).toMatch(/wasm \(auto\) +works +test wasm 1/);
    expect(stdout).toMatch(/@s3\/cli +1\.2\.3/);
    const json = JSON.parse((await s3(['doctor', '--json'], { selectEngine })).stdout);
    expect(json).toMatchObject({
      ok: true,
      engine: { name: 'wasm' },
      cores: availableParallelism(),
      versions: { node: process.versions.node },
      engines: [
        { name: 'native', works: false, detail: 'no native package', remedy: 'Say npm install @tensorflow/tfjs-node.' },
        { name: 'webgpu', works: true },
        { name: 'wasm', works: true },
        { name: 'cpu', works: true },
      ],
    });
    expect(json.freeDiskGibibytes[process.cwd()]).toBeGreaterThan(0);
  });

  test('fails where no engine starts', async () => {
    const selectEngine: CommandLineOptions['selectEngine'] = async () => {
      throw new InputError('setting engine', 'nothing that starts', 'an engine', 'Install again.');
    };
    const { code, stdout } = await s3(['doctor'], { selectEngine });
    expect(code).toBe(1);
    expect(stdout).toContain('Recipes cannot be run here yet');
  });
});

describe('several processes', () => {
  const processOf = (rank: number, ended: (number | 'closed')[]) => async () => ({
    rank,
    size: 2,
    sum: async () => {},
    gather: async () => undefined,
    broadcast: async (bytes: Uint8Array) => bytes,
    abort: (exitCode: number) => void ended.push(exitCode),
    close: async () => void ended.push('closed'),
  });
  const words = ['run', 'tiny', '--upstream.name', 'fbank', '--targetDir', 'exp'];

  test('only the first prints, and all are let go', async () => {
    for (const rank of [0, 1]) {
      const ended: (number | 'closed')[] = [];
      const { code, stdout } = await s3(words, { connectProcesses: processOf(rank, ended) });
      expect([code, stdout.includes('EER'), ended]).toEqual([0, rank === 0, ['closed']]);
    }
  });

  test('an error in one of them is told, with its rank, and ends all', async () => {
    const ended: (number | 'closed')[] = [];
    const run = async () => {
      throw new InputError('b.wav', 'noise', 'speech', 'Give speech.');
    };
    const { code, stderr } = await s3(words, { connectProcesses: processOf(1, ended), run });
    expect([code, ended]).toEqual([1, [1]]);
    expect(stderr).toMatch(/process 1 of 2: .*b\.wav: found noise/);
  });
});
