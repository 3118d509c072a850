/* Running sums, by which any window of steps is one subtraction. Pure. */

/** Along rows of `steps` numbers: rows of steps + 1 that begin with 0. */
export function alongRows(values, steps) {
  const sums = new Uint32Array((values.length / steps) * (steps + 1) || 0);
  for (let read = 0, write = 1; read < values.length; write += 1) {
    for (let step = 0; step < steps; step += 1, read += 1, write += 1) sums[write] = sums[write - 1] + values[read];
  }
  return sums;
}

/** Over whole rows of `size` numbers: one row more, the first of zeros. */
export function overRows(values, size) {
  const sums = new Uint32Array(values.length + size);
  for (let n = 0; n < values.length; n += 1) sums[n + size] = sums[n] + values[n];
  return sums;
}
