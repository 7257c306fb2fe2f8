const sections = new WeakMap<object, string>();

/**
 * The dotted path under which a user finds settings, such as `downstream.xvector`, or one of them: what an error about a setting has to name.
 *
 * A component does not know which section of a recipe its settings come from, but whoever reads a recipe's settings does. A component
 * that is called without a recipe has its own name for a path.
 *
 * @param settings the settings that a component's `build` is given, a section of them, or a section of a recipe's settings
 * @param setting name of one of them; the section itself unless given
 * @returns the bare name of the setting where nobody has read the settings; undefined if there is no name either
 */
export function settingPath(settings: unknown, setting: string): string;
export function settingPath(settings: unknown): string | undefined;
export function settingPath(settings: unknown, setting?: string): string | undefined {
  const section = isSection(settings) ? sections.get(settings) : undefined;
  if (setting === undefined) return section || undefined;
  return section ? `${section}.${setting}` : setting;
}

/** The settings, which errors shall look for in the section of others that they were made of. */
export function settingsLike<Settings extends object>(section: object, settings: Settings): Settings {
  const path = settingPath(section);
  if (path !== undefined) placeSettings(settings, path);
  return settings;
}

/** Remembers, beside them, where settings and the sections in them stand. */
export function placeSettings(settings: unknown, path: string): void {
  if (!isSection(settings)) return;
  sections.set(settings, path);
  for (const [name, inner] of Object.entries(settings)) placeSettings(inner, path === '' ? name : `${path}.${name}`);
}

/** Settings are plain data; whatever else a schema lets through is a value. */
function isSection(value: unknown): value is object {
  return typeof value === 'object' && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value));
}
