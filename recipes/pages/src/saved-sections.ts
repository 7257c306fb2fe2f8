import { parse } from 'yaml';
import type { DecoderSection } from './decoder-files.ts';
import type { UpstreamSection } from './upstream-files.ts';

/** What a checkpoint's settings say of files beside it. */
export interface SavedSections {
  readonly upstream: UpstreamSection;
  readonly decoder: DecoderSection;
}

/**
 * The sections of a checkpoint's settings that name files.
 *
 * @param config text of its `config.yaml`; one that is torn is said by the page, with the other files
 * @param overrides settings that replace those of the checkpoint, by section
 */
export function savedSections(config: string, overrides: { readonly [section: string]: unknown }): SavedSections {
  const saved = sectionsIn(config);
  const given: Sections = overrides;
  return {
    upstream: given.upstream ?? saved.upstream ?? { name: 'fbank' },
    decoder: { ...saved.task?.decoder, ...given.task?.decoder },
  };
}

interface Sections {
  readonly upstream?: UpstreamSection;
  readonly task?: { readonly decoder?: DecoderSection };
}

function sectionsIn(text: string): Sections {
  try {
    return (parse(text) ?? {}) as Sections;
  } catch {
    return {};
  }
}
