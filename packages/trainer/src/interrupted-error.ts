import { S3Error } from '@s3/interface';

/** The run was asked to stop; what it had done is saved. */
export class InterruptedError extends S3Error {
  override readonly name = 'InterruptedError';
  constructor(
    /** what was being done, such as `training at step 120` */
    readonly during: string,
    /** the checkpoint that holds the work so far; absent where nothing had to be saved */
    readonly checkpoint?: string,
  ) {
    super(
      `interrupted while ${during}${checkpoint ? `; the work so far is saved in ${checkpoint}` : ''}. Run the same command again to go on from there.`,
    );
  }
}
