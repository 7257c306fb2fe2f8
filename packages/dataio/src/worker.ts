import Piscina from 'piscina';
import { doWorkerJob, type Outcome, type WorkerJob } from './datasets/worker-job.ts';

/** The reading thread's side: waveforms are handed over, not copied. */
export default async function work(job: WorkerJob): Promise<Outcome[]> {
  const outcomes = await doWorkerJob(job);
  const buffers = outcomes.flatMap((outcome) => ('waveform' in outcome ? [outcome.waveform.buffer] : []));
  const handedOver = { [Piscina.transferableSymbol]: buffers, [Piscina.valueSymbol]: outcomes };
  return Piscina.move(handedOver as never) as unknown as Outcome[];
}
