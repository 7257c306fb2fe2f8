import { download, element } from '../element.ts';

/**
 * Saves what a task says in a format of its field.
 *
 * @param name of the file, without its ending
 */
export const saveButton = (name: string, { format, content }: { readonly format: string; readonly content: string }): HTMLElement =>
  element(
    'p',
    {},
    element(
      'button',
      { type: 'button', onclick: () => download(`${name}.${format}`, content, format === 'json' ? 'application/json' : 'text/plain') },
      `Save as ${format.toUpperCase()}`,
    ),
  );
