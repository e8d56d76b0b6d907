/** The Encoding Standard's two classes, present in every browser and in Node; declared here since core takes no platform's types. */
declare const TextDecoder: new (
  label?: string,
  options?: { fatal?: boolean; ignoreBOM?: boolean },
) => { decode(input?: Uint8Array): string };
declare const TextEncoder: new () => { encode(input?: string): Uint8Array };

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
const singleByte = new TextDecoder("latin1");
const encoder = new TextEncoder();

/** Bytes as UTF-8 text; invalid bytes become U+FFFD; a byte order mark is kept. */
export const decodeUtf8 = (bytes: Uint8Array): string => utf8.decode(bytes);

export const encodeUtf8 = (text: string): Uint8Array => encoder.encode(text);

/** One UTF-16 unit per byte, so that offsets of bytes and characters are the same. For scanning: bytes above 127 are not readable text. */
export const decodeBytewise = (bytes: Uint8Array): string => singleByte.decode(bytes);

const byteOfCharacter: ReadonlyMap<string, number> = new Map(
  Array.from(decodeBytewise(new Uint8Array(256).map((_, byte) => byte)), (character, byte) => [
    character,
    byte,
  ]),
);

/** The inverse of `decodeBytewise`; characters it never makes become `?`. */
export const encodeBytewise = (text: string): Uint8Array => {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    bytes[at] = code < 128 ? code : (byteOfCharacter.get(text.charAt(at)) ?? 0x3f);
  }
  return bytes;
};
