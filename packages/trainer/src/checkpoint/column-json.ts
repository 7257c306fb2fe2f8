import type { Json } from '@s3/interface';

/**
 * Collected columns as JSON, numbers that JSON lacks and Float32Arrays included.
 *
 * @returns undefined when a task collected something else
 */
export function columnsToJson(columns: { readonly [name: string]: readonly unknown[] }): Json | undefined {
  try {
    return toJson(columns);
  } catch (error) {
    if (error instanceof Unsaved) return undefined;
    throw error;
  }
}

/** What `columnsToJson` was given. */
export function columnsFromJson(json: Json): { [name: string]: unknown[] } {
  return fromJson(json) as { [name: string]: unknown[] };
}

class Unsaved extends Error {}

function toJson(value: unknown): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : { '#number': String(value) };
  if (value instanceof Float32Array) return { '#float32': toBase64(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)) };
  if (Array.isArray(value)) return value.map(toJson);
  const isPlain = typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype;
  if (!isPlain || Object.keys(value).some((key) => key.startsWith('#'))) throw new Unsaved();
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, toJson(entry)]));
}

function fromJson(json: Json): unknown {
  if (typeof json !== 'object' || json === null) return json;
  if (Array.isArray(json)) return json.map(fromJson);
  const record = json as { readonly [key: string]: Json };
  if ('#number' in record) return Number(record['#number']);
  if ('#float32' in record) return new Float32Array(fromBase64(String(record['#float32'])).buffer);
  return Object.fromEntries(Object.entries(record).map(([key, entry]) => [key, fromJson(entry)]));
}

// a page has no Buffer
function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let start = 0; start < bytes.length; start += 8192) text += String.fromCharCode(...bytes.subarray(start, start + 8192));
  return btoa(text);
}

const fromBase64 = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
