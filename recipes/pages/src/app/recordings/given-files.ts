import { element } from '../element.ts';

type OnFiles = (files: readonly File[]) => void;

/** A choice of audio files, out of sight: a button opens it. */
export function fileChoice(onFiles: OnFiles, { multiple = false }: { readonly multiple?: boolean } = {}): HTMLInputElement {
  const input = element('input', {
    type: 'file',
    multiple,
    accept: 'audio/*,.flac,.ogg,.opus,.wav,.mp3,.m4a,.mp4,.aac,.webm',
    class: 'unseen',
    tabIndex: -1,
    'aria-hidden': 'true',
  });
  input.addEventListener('change', () => {
    const chosen = [...(input.files ?? [])];
    // the same file again is a choice, too
    input.value = '';
    onFiles(chosen);
  });
  return input;
}

/** Lets files be dropped on a section; what is no file makes none of them. */
export function takeDropped(section: HTMLElement, onFiles: OnFiles): void {
  section.addEventListener('dragover', (event) => {
    event.preventDefault();
    section.classList.add('over');
  });
  section.addEventListener('dragleave', () => section.classList.remove('over'));
  section.addEventListener('drop', (event) => {
    event.preventDefault();
    section.classList.remove('over');
    onFiles([...(event.dataTransfer?.files ?? [])]);
  });
}
