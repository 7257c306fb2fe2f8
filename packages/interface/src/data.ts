/** Items by index, read in groups so that a reader can work ahead in other threads. */
export interface Dataset<Item> {
  readonly length: number;
  /** whether items are others in every epoch: crops at random places, augmentation */
  readonly varies?: boolean;
  /**
   * The items at these indices, in this order.
   *
   * @param epoch from 0; whatever a dataset leaves to chance (a crop) is a function of seed, epoch and index alone
   */
  readonly load: (indices: readonly number[], epoch: number) => Promise<readonly Item[]>;
}

/** Chooses which items form each batch; reads metadata only, never audio. */
export interface BatchSampler {
  /** batches in epoch 0; most samplers have as many in every epoch, one that fills batches up to a length may not */
  readonly batchesPerEpoch: number;
  /** the item indices of each batch of an epoch (from 0): a function of seed and epoch alone, so it can be resumed anywhere */
  readonly epoch: (epoch: number) => readonly (readonly number[])[];
}

/** Joins items to a batch; the tensors it makes belong to whoever asked for the batch. */
export type Collate<Item, Batch> = (items: readonly Item[]) => Batch;

/** Batches, epoch by epoch. */
export interface DataLoader<Batch> {
  /** batches in epoch 0; in later ones there may be a few more or fewer, see `BatchSampler` */
  readonly length: number;
  /** seconds of audio in an epoch at most, where that is known */
  readonly audioSeconds?: number;
  /** whether its items are others in every epoch, so that nothing computed of them is of use again */
  readonly varies?: boolean;
  /**
   * The batches of an epoch (from 0) in order, from the batch `start` (from 0) on.
   * Whoever iterates disposes each batch's tensors; leaving the loop early stops reading ahead.
   */
  readonly epoch: (epoch: number, start?: number) => AsyncIterable<Batch>;
  /**
   * As `epoch`, but of each batch only the items that `choose` keeps, so that several processes can share the work.
   * A batch of which nothing is kept still has its turn. Absent where batches cannot be taken apart.
   */
  readonly shares?: (epoch: number, start: number, choose: ChooseItems) => AsyncIterable<BatchShare<Batch>>;
}

/** The item indices to keep of a batch; `index` is its place in the epoch, from 0. */
export type ChooseItems = (items: readonly number[], index: number) => readonly number[];

/** What was kept of a batch. */
export interface BatchShare<Batch> {
  /** absent where nothing was kept */
  readonly batch?: Batch;
  /** items kept, over the items of the whole batch */
  readonly fraction: number;
}

/** Label to class id and back. */
export interface LabelEncoder<Label> {
  readonly size: number;
  /** every label, in the order of class ids */
  readonly labels: readonly Label[];
  /** @throws InputError for a label that is not known */
  readonly encode: (label: Label) => number;
  readonly decode: (classId: number) => Label;
}

/** Text to token ids and back; id 0 is the CTC blank. */
export interface Tokenizer {
  readonly size: number;
  readonly encode: (text: string) => number[];
  readonly decode: (tokenIds: readonly number[]) => string;
}

/** Rows of a csv file: column name to text. Ids stay text, whatever they look like. */
export type Table = readonly { readonly [column: string]: string }[];

/** What stage 0 makes of a corpus: tables, written as csv files that a user can read, edit and give back. */
export interface Corpus {
  readonly train: Table;
  readonly valid?: Table;
  /** test set name to its table */
  readonly tests: { readonly [testSet: string]: Table };
}
