import { ZodError, z } from 'zod';
import { ConfigError } from './errors.ts';
import { placeSettings, settingPath } from './setting-path.ts';

/** What a part may need while it is built, beside its wiring and its settings. */
export interface BuildContext {
  /** seed of initial weights; parts draw from `randomStream(seed, 'their name')` */
  readonly seed: number;
  /** Tells the user, once, what they would want to know before long work starts. */
  readonly onMessage?: (text: string) => void;
}

/**
 * A part: a build function that carries the schema of its own settings.
 *
 * Wiring says what the part is connected to and is checked by the compiler; config says
 * how it behaves and is checked by zod.
 */
export interface Component<Wiring, Schema extends z.ZodObject, Built> {
  (wiring: Wiring, config?: z.input<Schema>, context?: BuildContext): Built;
  readonly componentName: string;
  readonly config: Schema;
}

/** Any component of this wiring and product, whatever its settings: what a recipe's part can be exchanged for. */
export interface ComponentOf<Wiring, Built> {
  (wiring: Wiring, config?: never, context?: BuildContext): Built;
  readonly componentName: string;
  readonly config: z.ZodObject;
}

/**
 * Makes a component out of its name, schema and build function.
 *
 * Schemas are plain data (no transforms), so that settings can be printed, saved and
 * parsed again. Without a context the seed is 0.
 *
 * @throws ConfigError naming the component and the path of the bad setting
 */
export function defineComponent<Wiring, Schema extends z.ZodObject, Built>(spec: {
  readonly name: string;
  readonly config: Schema;
  readonly build: (wiring: Wiring, config: z.output<Schema>, context: BuildContext) => Built;
}): Component<Wiring, Schema, Built> {
  const schema = spec.config.strict();
  const component = (wiring: Wiring, config?: z.input<Schema>, context: BuildContext = { seed: 0 }): Built =>
    spec.build(wiring, parseAt(spec.name, { schema, config: config ?? {}, unlessPlaced: spec.name }) as z.output<Schema>, context);
  return Object.assign(component, { componentName: spec.name, config: schema as unknown as Schema });
}

/**
 * The settings that the schema makes of a config; `settingPath` knows where they stood in it.
 *
 * @throws ConfigError naming the owner and the path of each bad setting
 */
export function parseConfig<Schema extends z.ZodType>(owner: string, schema: Schema, config: unknown): z.output<Schema> {
  return parseAt(owner, { schema, config, unlessPlaced: '' });
}

function parseAt<Schema extends z.ZodType>(
  owner: string,
  { schema, config, unlessPlaced }: { readonly schema: Schema; readonly config: unknown; readonly unlessPlaced: string },
): z.output<Schema> {
  const parsed = schema.safeParse(config);
  const section = settingPath(config);
  if (parsed.success) {
    placeSettings(parsed.data, section ?? unlessPlaced);
    return parsed.data;
  }
  const issues = parsed.error.issues.map((issue) => ({ ...issue, path: [...(section?.split('.') ?? []), ...issue.path] }));
  throw new ConfigError(owner, section ? new ZodError(issues) : parsed.error);
}

/**
 * The schema with other defaults; types, checks and descriptions stay those of the component.
 *
 * @throws ConfigError for a default that the schema refuses
 */
export function withDefaults<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  defaults: Partial<z.input<z.ZodObject<Shape>>>,
): z.ZodObject<Shape>;
/** The component with other defaults. @throws ConfigError as above */
export function withDefaults<Wiring, Schema extends z.ZodObject, Built>(
  component: Component<Wiring, Schema, Built>,
  defaults: Partial<z.input<Schema>>,
): Component<Wiring, Schema, Built>;
export function withDefaults(
  part: z.ZodObject | Component<unknown, z.ZodObject, unknown>,
  defaults: { readonly [setting: string]: unknown },
): z.ZodObject | Component<unknown, z.ZodObject, unknown> {
  if (typeof part !== 'function') return schemaWithDefaults(part, defaults);
  return defineComponent({ name: part.componentName, config: schemaWithDefaults(part.config, defaults), build: part });
}

function schemaWithDefaults(schema: z.ZodObject, defaults: { readonly [setting: string]: unknown }): z.ZodObject {
  const shape: Record<string, z.ZodType> = {};
  for (const [key, value] of Object.entries(defaults)) {
    const field = schema.shape[key] as unknown as z.ZodType | undefined;
    if (!field) throw new TypeError(`withDefaults: the schema has no setting '${key}'`);
    parseConfig('withDefaults', z.object({ [key]: field }), { [key]: value });
    const meta = field.meta();
    const next = field.default(value as never);
    shape[key] = meta ? next.meta(meta) : next;
  }
  // a schema may have rules that span settings, which hold on
  return schema.safeExtend(shape as never) as unknown as z.ZodObject;
}
