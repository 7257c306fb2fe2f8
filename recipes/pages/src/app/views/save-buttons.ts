import { download, element } from '../element.ts';

/**
 * Save what a task says, each in a format of its field.
 *
 * @param name of the files, without their endings
 */
export const saveButtons = (
  name: string,
  files: readonly { readonly format: string; readonly content: string }[],
): readonly HTMLElement[] =>
  files.length === 0
    ? []
    : [
        element(
          'div',
          { class: 'buttons' },
          ...files.map(({ format, content }) =>
            element(
              'button',
              {
                type: 'button',
                onclick: () => download(`${name}.${format}`, content, format === 'json' ? 'application/json' : 'text/plain'),
              },
              `Save as ${format.toUpperCase()}`,
            ),
          ),
        ),
      ];
