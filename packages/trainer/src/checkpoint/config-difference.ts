/** Settings that change where, how long or how often, but not what is trained. */
const harmless = new Set([
  'targetDir',
  'cacheDir',
  'start',
  'stop',
  'engine',
  'workers',
  'evalBatches',
  // what is read from a cache differs in the last digits; the stage that trains says so
  ...['cache', 'cachePrecision', 'cacheGigabytes', 'threads'].map((name) => `upstream.${name}`),
  ...[
    'totalSteps',
    'logStep',
    'evalStep',
    'saveStep',
    'keepCheckpoints',
    'validMetric',
    'validOrder',
    'evalEachEpoch',
    'stopAfter',
    'averageBest',
  ].map((name) => `training.${name}`),
  ...['autoResume', 'resumeFrom', 'onConfigChange'].map((name) => `training.${name}`),
]);

/** The settings that decide what is trained, by dotted path, as JSON. */
export function decisiveSettings(
  config: { readonly [section: string]: unknown },
  ignored: ReadonlySet<string> = harmless,
): ReadonlyMap<string, string> {
  const settings = new Map<string, string>();
  const visit = (value: unknown, path: string): void => {
    if (ignored.has(path)) return;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      for (const [key, entry] of Object.entries(value)) visit(entry, path === '' ? key : `${path}.${key}`);
    } else settings.set(path, JSON.stringify(value) ?? 'null');
  };
  visit(config, '');
  return settings;
}

/** Where two configurations differ in what they train, or in all but the `ignored` paths: `path: value then → value now`. */
export function configDifference(
  then: { readonly [section: string]: unknown },
  now: { readonly [section: string]: unknown },
  ignored: ReadonlySet<string> = harmless,
): readonly string[] {
  const [before, after] = [decisiveSettings(then, ignored), decisiveSettings(now, ignored)];
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  return paths.flatMap((path) => {
    const [first, second] = [before.get(path) ?? 'not set', after.get(path) ?? 'not set'];
    return first === second ? [] : [`${path}: ${first} → ${second}`];
  });
}
