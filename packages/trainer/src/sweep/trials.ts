import { createHash } from 'node:crypto';
import { InputError } from '@s3/interface';

/** One run of a sweep: what it has of its own. */
export interface Trial {
  /** also that of its folder: `learningRate=1e-3` */
  readonly name: string;
  /** setting to its value, both as typed: `optimizer.learningRate` to `1e-3` */
  readonly settings: { readonly [setting: string]: string };
}

/** a top-level setting says where or how a run is made, not what is trained */
const form = 'section.setting=VALUE,VALUE,... such as optimizer.learningRate=1e-2,1e-3,1e-4';

/**
 * Every combination of the values to try.
 *
 * @param over as typed, one text for each setting: `optimizer.learningRate=1e-2,1e-3`
 * @throws InputError for a text of another form, and a setting or value that is there twice
 */
export function trialsOf(over: readonly string[]): readonly Trial[] {
  const axes = over.map(axisOf);
  const twice = axes.find(({ setting }, index) => axes.findIndex((axis) => axis.setting === setting) < index);
  if (twice) throw refused(`${twice.setting} twice`, 'each setting once', 'Put all of its values into one --over.');
  if (axes.length === 0) throw refused('no setting to try values of', form, 'Say what differs between the runs.');
  const shortNames = axes.map(({ setting }) => setting.split('.').at(-1)!);
  const labels = axes.map(({ setting }, index) =>
    shortNames.filter((name) => name === shortNames[index]).length > 1 ? setting : shortNames[index]!,
  );
  return axes
    .reduce<readonly (readonly string[])[]>((rows, { values }) => rows.flatMap((row) => values.map((value) => [...row, value])), [[]])
    .map((values) => ({
      name: fileName(values.map((value, index) => `${labels[index]}=${value}`).join(',')),
      settings: Object.fromEntries(values.map((value, index) => [axes[index]!.setting, value])),
    }));
}

function axisOf(text: string): { readonly setting: string; readonly values: readonly string[] } {
  const [, setting, list = ''] = /^(?:--)?([^=\s.]+\.[^=\s]+)=(.*)$/s.exec(text) ?? [];
  const values = list.split(',').map((value) => value.trim());
  if (setting === undefined || values.includes('')) throw refused(`'${text}'`, form, 'Put the values behind =, with commas between them.');
  const twice = values.find((value, index) => values.indexOf(value) < index);
  if (twice !== undefined) throw refused(`${setting}=${twice} twice`, 'each value once', 'Leave one out.');
  return { setting, values };
}

/** A name that a folder may have; what had to be replaced or cut is told apart by a checksum. */
function fileName(name: string): string {
  const plain = name.replace(/[^\p{L}\p{N}.,=_+-]+/gu, '-').slice(0, 100);
  return plain === name ? name : `${plain}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}

const refused = (found: string, expected: string, remedy: string): InputError => new InputError('--over', found, expected, remedy);
