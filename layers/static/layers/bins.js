/* Counts of the bins of a tile, out of few bytes (gridmap/console/bin_bytes.py tells how they are laid out). Pure. */

/**
 * {bins, counts}: numbers of bins (row × 64 + column, from the north-west), rising, and the count of each.
 *
 * Throws a RangeError where the bytes end too early.
 */
export function unpack(buffer) {
  const bytes = new Uint8Array(buffer);
  const [lowOfGap, lowOfCount, low, high] = bytes;
  const number = low | (high << 8);
  const read = reader(bytes.subarray(4));
  const bins = new Uint16Array(number);
  for (let n = 0, at = -1; n < number; n += 1) {
    at += 1 + read(lowOfGap);
    bins[n] = at;
  }
  return { bins, counts: Uint32Array.from(bins, () => 1 + read(lowOfCount)) };
}

/* Reads one number after the other: so many zeros as it has above its `low` bits, a one, and those. */
function reader(bytes) {
  let at = 0;
  function bit() {
    if (at >= 8 * bytes.length) throw new RangeError("the bytes of a tile end too early");
    const found = (bytes[at >> 3] >> (7 - (at & 7))) & 1;
    at += 1;
    return found;
  }
  return (low) => {
    let value = 0;
    while (!bit()) value += 1;
    for (let n = 0; n < low; n += 1) value = 2 * value + bit();
    return value;
  };
}
