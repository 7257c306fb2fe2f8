/** Entries of many batches by name. */
export type CollectedColumns = { [name: string]: unknown[] };

/** Adds what one batch gave: the entries of a list, any other value as one entry. */
export function addToColumns(columns: CollectedColumns, entry: { readonly [name: string]: unknown }): void {
  for (const [name, value] of Object.entries(entry)) {
    const column = columns[name] ?? [];
    columns[name] = column;
    if (!Array.isArray(value)) column.push(value);
    else for (const item of value) column.push(item);
  }
}
