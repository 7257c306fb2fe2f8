export { type ClassesTrouble, judgeClasses } from './judge-classes.ts';
export { judgeRecording, levelOf, type RecordingLevel, type RecordingTrouble } from './judge-recording.ts';
export { type Lesson, lessonFiles, openLesson } from './lesson-files.ts';
export { asStored, type Recording } from './recording.ts';
export { onUpstream, type Taught, type TeachOptions, teach } from './teach.ts';
export { usualHeldOut, usualOptimizer, usualScheduler, usualTraining } from './usual-settings.ts';
