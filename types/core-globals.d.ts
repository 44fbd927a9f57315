// What core/ and api/ may use of the world outside ECMAScript: the names that Node and every browser
// share. Nothing else of either is in reach there, and tsconfig.core.json is what keeps it so.

declare class TextEncoder {
  encode(input?: string): Uint8Array<ArrayBuffer>;
  encodeInto(input: string, target: Uint8Array): { read: number; written: number };
}

declare class TextDecoder {
  constructor(label?: string, options?: { readonly fatal?: boolean; readonly ignoreBOM?: boolean });
  decode(input?: ArrayBufferView | ArrayBuffer, options?: { readonly stream?: boolean }): string;
}

/** Only passed on by api/: who starts work hands one to who does it. */
interface AbortSignal {
  readonly aborted: boolean;
}
