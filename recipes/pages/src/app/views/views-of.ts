import type { Computer } from '../computer.ts';
import type { Opened } from '../protocol.ts';
import { classificationView } from './classification.ts';
import { diarizationView } from './diarization.ts';
import { predictionView } from './prediction.ts';
import { recognitionView } from './recognition.ts';
import { thresholdInput } from './threshold-input.ts';
import { transcriptionView } from './transcription.ts';
import { verificationView } from './verification.ts';

type View = (computer: Computer, opened: Opened) => HTMLElement | readonly HTMLElement[];

/** By the name of the task. */
const views: { readonly [task: string]: { readonly title: string; readonly views: readonly View[] } } = {
  'speaker-verification': { title: 'Speaker verification', views: [speakerViews] },
  'speech-to-text-ctc': { title: 'Speech to text', views: [transcriptionView] },
  'speaker-diarization': { title: 'Speaker diarization', views: [diarizationView] },
  'utterance-classification': { title: 'Classification', views: [classificationView] },
  'scene-prediction': { title: 'Classification', views: [classificationView] },
  'label-group-classification': { title: 'Classification', views: [classificationView] },
  'event-prediction': { title: 'Sound events', views: [predictionView] },
};

/** What a page shows for the task of its checkpoint. */
export function viewsOf(computer: Computer, opened: Opened): { readonly title: string; readonly views: readonly HTMLElement[] } {
  const { title, views: own } = Object.hasOwn(views, opened.task)
    ? views[opened.task]!
    : { title: inWords(opened.task), views: [predictionView] };
  return { title, views: own.flatMap((view) => view(computer, opened)) };
}

/** `whale-rating` as `Whale rating`. */
const inWords = (name: string) => `${name.charAt(0).toUpperCase()}${name.slice(1)}`.replaceAll(/[-_]+/g, ' ');

/** Both ask whether scores are those of one person, from one threshold on. */
function speakerViews(computer: Computer, opened: Opened): HTMLElement[] {
  const threshold = thresholdInput(opened);
  return [verificationView(computer, threshold), threshold.root, recognitionView(computer, threshold)];
}
