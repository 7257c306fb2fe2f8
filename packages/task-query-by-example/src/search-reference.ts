import type { DataLoader, Waveforms } from '@s3/interface';

/** Utterances that are searched, or searched for. */
export interface SearchBatch {
  readonly waveforms: Waveforms;
  /** (batch,) ids */
  readonly utterances: readonly string[];
}
/** Batches of queries or of documents. */
export type SearchBatches = DataLoader<SearchBatch>;

/** What is searched for in the documents of a split, and where it is. */
export interface SearchReference {
  /** every query once */
  readonly queries: SearchBatches;
  /** ids of all queries that are judged, also of those that are not searched for, with the ids of the documents that have them */
  readonly occurrences: ReadonlyMap<string, readonly string[]>;
  /** ids of all documents that are judged, also of those that are not searched */
  readonly documents: readonly string[];
  /** Tells of the work before the first document is searched. */
  readonly onProgress?: ((label: string, done: number, total: number) => void) | undefined;
}
