import { InputError, type LabelEncoder } from '@s3/interface';
import { nearestNames } from '../tables/nearest-names.ts';

/**
 * Labels to class ids: the sorted unique labels, numbered from 0.
 *
 * Its `labels` are plain text to be saved as JSON; built from them again it is the same encoder.
 *
 * @throws InputError when there are no labels
 */
export function categoryEncoder(labels: Iterable<string>): LabelEncoder<string> {
  const known = [...new Set(labels)].sort();
  if (known.length === 0) {
    throw new InputError('categoryEncoder', 'no labels', 'at least one', 'Check that the training table has rows.');
  }
  const ids = new Map(known.map((label, classId) => [label, classId]));
  return {
    size: known.length,
    labels: Object.freeze(known),
    encode(label) {
      const classId = ids.get(label);
      if (classId !== undefined) return classId;
      const near = nearestNames(label, known);
      throw new InputError(
        'label',
        `'${label}', which is not known`,
        `one of the ${known.length} labels of training${near.length > 0 ? `, such as ${near.map((name) => `'${name}'`).join(', ')}` : ''}`,
        'Mend the label, or train with it.',
      );
    },
    decode(classId) {
      const label = known[classId];
      if (label !== undefined) return label;
      throw new InputError('class id', `${classId}`, `0 to ${known.length - 1}`, 'Check that model and labels belong together.');
    },
  };
}
