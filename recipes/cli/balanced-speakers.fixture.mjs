import { superbXvector } from '@s3/downstream';
import espnetSpk from '@s3/espnet-spk';

/** ESPnet's batches without a speaker twice, of a model without batch normalization, whose statistics are of each process's share. */
export default espnetSpk.with({ downstream: superbXvector }, { name: 'balanced-speakers' });
