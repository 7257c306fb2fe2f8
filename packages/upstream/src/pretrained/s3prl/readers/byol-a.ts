import { type OriginalReader, wholeFile } from '../original-checkpoint.ts';

const ofNetwork = /(?:^|\.)((?:features|fc)\..*)$/;

/** BYOL-A: a dictionary of weights, or one within `state_dict`; what stands before `features` and `fc` in their names does not matter. */
export const readByolA: OriginalReader = ({ keysOf, shapeOf }) => {
  for (const part of ['state_dict', wholeFile]) {
    const shape = (wanted: string) => {
      const name = keysOf(part).find((key) => ofNetwork.exec(key)?.[1] === wanted);
      return name === undefined ? undefined : shapeOf(part, name);
    };
    const [first, last] = [shape('features.0.weight'), shape('fc.3.weight')];
    if (first?.length !== 4 || first[1] !== 1 || last?.length !== 2) continue;
    return {
      config: { model_type: 'byol-a', channels: first[0], size: last[0] } as { readonly model_type: string },
      weights: part,
      // other weights belong to its training
      named: (name) => ofNetwork.exec(name)?.[1] ?? `objective.${name}`,
    };
  }
  return undefined;
};
