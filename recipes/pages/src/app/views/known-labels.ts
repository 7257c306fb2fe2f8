import { element } from '../element.ts';
import type { Opened } from '../protocol.ts';

const shownLabels = 12;

/** Says what a model chooses among, where its checkpoint has lists of labels. */
export function knownLabels({ encoders }: Pick<Opened, 'encoders'>): readonly HTMLElement[] {
  const groups = [
    { name: '', labels: encoders['labels'] },
    ...((encoders['groups'] ?? []) as readonly { name: string; labels: unknown }[]),
  ];
  return groups.flatMap(({ name, labels }) => {
    if (!Array.isArray(labels) || labels.length === 0) return [];
    const more = labels.length > shownLabels ? ` and ${(labels.length - shownLabels).toLocaleString('en')} more` : '';
    const words = `${labels.length.toLocaleString('en')} label${labels.length === 1 ? '' : 's'}: ${labels.slice(0, shownLabels).join(', ')}${more}.`;
    return [element('p', { class: 'about' }, name === '' ? words : `${name}, ${words}`)];
  });
}
