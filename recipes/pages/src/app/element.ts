type Child = Node | string | undefined | false;

/** An element with its properties, listeners (`onclick`), attributes (what has a hyphen, `role`, `for`) and children. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: { readonly [property: string]: unknown } = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [property, value] of Object.entries(properties)) {
    if (value === undefined || value === false) continue;
    if (property in made) Object.assign(made, { [property]: value });
    else made.setAttribute(property === 'class' ? 'class' : property, value === true ? '' : String(value));
  }
  made.append(...children.filter((child): child is Node | string => child !== undefined && child !== false));
  return made;
}

/** Saves a file among the user's downloads. */
export function download(name: string, content: BlobPart, type: string): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  element('a', { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** A number for people: three digits that count. */
export const shortNumber = (value: number) => (Object.is(value, -0) ? 0 : value).toLocaleString('en', { maximumSignificantDigits: 3 });

/** `3.2 s`, `4 min 5 s`. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${whole % 60} s`;
}

const byteUnits = [
  [1e9, 'GB'],
  [1e6, 'MB'],
  [1e3, 'KB'],
] as const;

/** `94.4 MB`, or of a total, in its unit: `12.3 of 94.4 MB`. */
export function bytesText(bytes: number, total?: number): string {
  const [size, unit] = byteUnits.find(([least]) => (total ?? bytes) >= least) ?? [1, 'bytes'];
  const digits = size === 1 ? 0 : 1;
  const text = (count: number) => (count / size).toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${text(bytes)}${total === undefined ? '' : ` of ${text(total)}`} ${unit}`;
}

/** Percent of a share. */
export const percent = (share: number) => `${(100 * share).toLocaleString('en', { maximumFractionDigits: 1 })} %`;
