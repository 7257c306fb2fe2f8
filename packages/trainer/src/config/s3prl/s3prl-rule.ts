/** What becomes of one of S3PRL's settings. */
export interface S3prlRule {
  /** S3PRL's name; `*` at its end stands for any further names */
  readonly from: string;
  /** our name, without it the setting has no counterpart; `*` takes the further names over in camel case */
  readonly to?: string;
  /** our value for S3PRL's, where they differ; `usual` is the recipe's default of ours */
  readonly value?: (value: unknown, usual: unknown) => unknown;
  /** values that ask for what happens anyway, as null, false and {} always do; of 'any' the user is told that it is passed over */
  readonly harmless?: readonly unknown[] | 'any';
  /** why there is no counterpart, or what replaces it */
  readonly note?: string;
  /** what S3PRL means by giving it at all, as values of our settings; whatever is given wins over them */
  readonly implied?: { readonly [setting: string]: unknown };
  /** counts only when train.use_scheduler is true, as in S3PRL */
  readonly scheduler?: true;
}
