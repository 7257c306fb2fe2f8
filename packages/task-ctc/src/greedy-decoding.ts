/**
 * Labels of one utterance from the best class of each frame: repeats become one, then blank and end are left out.
 *
 * @param classIds best class of each valid frame
 * @param silent classes without a text: the blank, and the end of the sentence
 */
export function greedyDecoding(classIds: ArrayLike<number>, silent: readonly number[] = [0, 1]): number[] {
  return Array.from(classIds).filter((id, frame) => id !== classIds[frame - 1] && !silent.includes(id));
}
