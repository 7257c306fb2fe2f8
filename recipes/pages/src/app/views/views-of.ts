import type { Computer } from '../computer.ts';
import type { Opened } from '../protocol.ts';
import { classificationView } from './classification.ts';
import { diarizationView } from './diarization.ts';
import { predictionView } from './prediction.ts';
import { recognitionView } from './recognition.ts';
import { transcriptionView } from './transcription.ts';
import { verificationView } from './verification.ts';

type View = (computer: Computer, opened: Opened) => HTMLElement;

/** By the name of the task. */
const views: { readonly [task: string]: { readonly title: string; readonly views: readonly View[] } } = {
  'speaker-verification': { title: 'Speaker verification', views: [verificationView, recognitionView] },
  'speech-to-text-ctc': { title: 'Speech to text', views: [transcriptionView] },
  'speaker-diarization': { title: 'Speaker diarization', views: [diarizationView] },
  'utterance-classification': { title: 'Classification', views: [classificationView] },
  'label-group-classification': { title: 'Classification', views: [classificationView] },
};

/** What a page shows for the task of its checkpoint. */
export function viewsOf(computer: Computer, opened: Opened): { readonly title: string; readonly views: readonly HTMLElement[] } {
  const { title, views: own } = Object.hasOwn(views, opened.task) ? views[opened.task]! : { title: opened.task, views: [predictionView] };
  return { title, views: own.map((view) => view(computer, opened)) };
}
