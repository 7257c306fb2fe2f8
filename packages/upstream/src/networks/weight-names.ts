/** A weight by its name in the checkpoint and its shape there (PyTorch's layouts). */
export interface Weight {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Names the weights of a network while it is put together. */
export interface WeightNames {
  readonly weight: (name: string, ...shape: readonly number[]) => Weight;
  /** what its names start with */
  readonly prefix: string;
  /** the same under a prefix */
  readonly within: (prefix: string) => WeightNames;
}

/** @returns names, and the list that collects what they were asked for */
export function weightNames(): { readonly names: WeightNames; readonly weights: readonly Weight[] } {
  const weights: Weight[] = [];
  const under = (prefix: string): WeightNames => ({
    weight(name, ...shape) {
      const weight = { name: prefix + name, shape };
      weights.push(weight);
      return weight;
    },
    prefix,
    within: (part) => under(`${prefix}${part}.`),
  });
  return { names: under(''), weights };
}
