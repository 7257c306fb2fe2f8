import { InputError } from '@s3/interface';

/**
 * The settings of a section that its `name` reads, defaults filled in where they are null.
 *
 * One schema serves all optimizers (or schedules) so that it can be printed and changed
 * by name; which setting belongs to which name is checked here.
 *
 * @param defaults what this name reads; `null` where there is no default
 * @throws InputError for a setting that this name does not read, and for a missing one
 */
export function chosenSettings(
  section: string,
  { name, ...settings }: { readonly name: string; readonly [setting: string]: unknown },
  defaults: { readonly [setting: string]: unknown },
): { readonly [setting: string]: unknown } {
  const given = Object.entries(settings).filter(([, value]) => value !== null);
  const read = Object.keys(defaults);
  for (const [setting, value] of given) {
    if (!read.includes(setting)) {
      throw new InputError(
        `${section}.${setting}`,
        JSON.stringify(value),
        `nothing, since ${section}.name is ${name}, which reads ${read.length > 0 ? `${read.join(', ')} alone` : 'no further setting'}`,
        `Remove the setting or choose another ${section}.name.`,
      );
    }
  }
  const chosen: { [setting: string]: unknown } = { ...defaults, ...Object.fromEntries(given) };
  for (const [setting, value] of Object.entries(chosen)) {
    if (value === null)
      throw new InputError(`${section}.${setting}`, 'nothing', `a value, which ${name} needs`, `Set ${section}.${setting}.`);
  }
  return chosen;
}
