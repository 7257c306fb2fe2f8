import type { Computer } from '../computer.ts';
import type { Opened } from '../protocol.ts';
import { predictionView } from './prediction.ts';
import { verificationView } from './verification.ts';

/** What a page shows for the task of its checkpoint. */
export function viewsOf(computer: Computer, opened: Opened): { readonly title: string; readonly views: readonly HTMLElement[] } {
  if (opened.task === 'speaker-verification') return { title: 'Speaker verification', views: [verificationView(computer, opened)] };
  return { title: opened.task, views: [predictionView(computer, opened)] };
}
