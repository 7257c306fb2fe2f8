import { progressRate } from '@s3/trainer/memory';
import { bytesText, duration } from './element.ts';
import type { CallProgress } from './protocol.ts';

/** seconds of work before its rate is worth telling */
const settledSeconds = 0.5;

/**
 * How far a call is, in words: `12.3 of 94.4 MB, 8.1 MB/s, 10 s left`. Another line of work begins anew.
 *
 * @returns what is told of each progress, at a time in seconds
 */
export function progressLine(): (progress: CallProgress, seconds: number) => string {
  let what: string | undefined;
  let rate = progressRate();
  let began = 0;
  return ({ what: told, done, total, unit }, seconds) => {
    if (told !== what) [what, rate, began] = [told, progressRate(), seconds];
    rate.update(done, seconds);
    if (done === 0 && total === undefined) return '';
    const isBytes = unit === 'bytes';
    const amount = isBytes
      ? bytesText(done, total)
      : `${done.toLocaleString('en')}${total ? ` of ${total.toLocaleString('en')}` : ''} ${unit}`;
    const perSecond = seconds - began >= settledSeconds ? rate.perSecond() : undefined;
    const left = perSecond === undefined || total === undefined || done >= total ? undefined : rate.secondsLeft(total);
    return [
      amount.trim(),
      ...(isBytes && perSecond !== undefined ? [`${bytesText(perSecond)}/s`] : []),
      ...(left === undefined ? [] : [`${duration(left)} left`]),
    ].join(', ');
  };
}
