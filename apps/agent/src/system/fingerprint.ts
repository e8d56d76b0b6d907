/**
 * Stands for the bytes of an answer: `fingerprintWords` 32-bit words, the length and four lanes. All 0: no answer. A fingerprint instead of a
 * copy of the answer: the copies of a large table would be forty megabytes, and touching fresh memory costs more than the arithmetic.
 */
export const fingerprintWords = 5;

/**
 * Four multiplicative hashes, each over every fourth 32-bit word (the step is MurmurHash3's; every step is a bijection, so a change of one
 * word is always seen). Counters lie three words apart, so that one packet changes several lanes: two answers that differ
 * have the same fingerprint once in 2^64 comparisons or less.
 */
export const writeFingerprint = (bytes: Uint8Array, out: Int32Array, at: number): void => {
  const words = wordsOf(bytes);
  let [a, b, c, d] = [1, 2, 3, 4];
  for (let word = 0; word + 3 < words.length; word += 4) {
    a = Math.imul(a ^ (words[word] ?? 0), 0x4c9e_2d51);
    a = (a << 15) | (a >>> 17);
    b = Math.imul(b ^ (words[word + 1] ?? 0), 0x1b87_3593);
    b = (b << 13) | (b >>> 19);
    c = Math.imul(c ^ (words[word + 2] ?? 0), 0x4c9e_2d51);
    c = (c << 15) | (c >>> 17);
    d = Math.imul(d ^ (words[word + 3] ?? 0), 0x1b87_3593);
    d = (d << 13) | (d >>> 19);
  }
  for (let word = words.length & ~3; word < words.length; word += 1) {
    a = Math.imul(a ^ (words[word] ?? 0), 0x4c9e_2d51);
    a = (a << 15) | (a >>> 17);
  }
  out[at] = bytes.length;
  out[at + 1] = a;
  out[at + 2] = b;
  out[at + 3] = c;
  out[at + 4] = d;
};

/** In place where the bytes lie as words do, as netlink's always do. */
const wordsOf = (bytes: Uint8Array): Int32Array => {
  if (bytes.byteOffset % 4 === 0 && bytes.length % 4 === 0)
    return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const padded = new Uint8Array((bytes.length + 3) & ~3);
  padded.set(bytes);
  return new Int32Array(padded.buffer);
};

/** Whether the fingerprints that stand at these words are the same. */
export const isSameFingerprint = (a: Int32Array, atA: number, b: Int32Array, atB: number): boolean => {
  for (let word = 0; word < fingerprintWords; word += 1) if (a[atA + word] !== b[atB + word]) return false;
  return true;
};
