/** A stream of pseudo-random numbers that is the same wherever its key is the same. */
export interface Random {
  /** uniform, 0 <= value < 1, 32 bits of resolution */
  uniform(): number;
  /** uniform integer, 0 <= value < limit */
  integer(limit: number): number;
  /** standard normal */
  normal(): number;
  /** 0..count-1 in random order (Fisher-Yates) */
  permutation(count: number): number[];
}

/**
 * The random stream of a key, such as `randomStream(seed, 'crop', epoch, index)`.
 *
 * Every use of chance has a key of its own, so there is no generator to save: a
 * resumed run, another number of workers or another order of calls draws the same.
 *
 * Key to state: FNV-1a and murmur3's finisher; generator: sfc32 (Doty-Humphrey, PractRand).
 */
export function randomStream(...key: readonly (string | number)[]): Random {
  let hash = 0x811c9dc5;
  for (const character of key.join('\u0000')) hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193);
  const next = (): number => {
    hash = (hash + 0x9e3779b9) | 0;
    let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return mixed ^ (mixed >>> 16);
  };
  let [a, b, c, counter] = [next(), next(), next(), 1];
  const draw = (): number => {
    const result = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + result) | 0;
    return result >>> 0;
  };
  for (let warmUp = 0; warmUp < 12; warmUp++) draw();

  const uniform = () => draw() / 2 ** 32;
  const integer = (limit: number) => Math.floor(uniform() * limit);
  return {
    uniform,
    integer,
    // Box-Muller; 1 - uniform() is never zero
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    permutation(count) {
      const order = Array.from({ length: count }, (_, index) => index);
      for (let last = count - 1; last > 0; last--) {
        const other = integer(last + 1);
        [order[last], order[other]] = [order[other]!, order[last]!];
      }
      return order;
    },
  };
}
