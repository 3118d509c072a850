/*
 * Exact 95 % intervals of counts and shares, and whether a value lies inside one.
 *
 * Poisson counts after Garwood (1936), shares after Clopper and Pearson (1934): both tails of a value that lies
 * inside weigh at least 2.5 %. The ratio of two counts is the share of their sum (Przyborowski and Wilenski 1940).
 */

const TAIL = 0.025;
const CLOSE_ENOUGH = 1e-14;
const MOST_TERMS = 10_000;
const TINY = 1e-300;
/* Of what is solved for, relative to its bound. */
const PRECISE = 1e-10;
/* Lanczos' approximation with g = 7. */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

function lnGamma(x) {
  const at = x - 1;
  const sum = LANCZOS.reduce((total, factor, n) => (n ? total + factor / (at + n) : factor), 0);
  const shifted = at + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (at + 0.5) * Math.log(shifted) - shifted + Math.log(sum);
}

/* The value of b0 + a1 / (b1 + a2 / (b2 + …)) by Lentz's method; `term(n)` gives [an, bn]. */
function continued(first, term) {
  const kept = (value) => (Math.abs(value) < TINY ? TINY : value);
  let [value, above, below] = [kept(first), kept(first), 0];
  for (let n = 1; n < MOST_TERMS; n += 1) {
    const [a, b] = term(n);
    below = 1 / kept(b + a * below);
    above = kept(b + a / above);
    value *= above * below;
    if (Math.abs(above * below - 1) < CLOSE_ENOUGH) break;
  }
  return value;
}

/** P(X ≥ k) of a Poisson count of mean λ: the regularised lower incomplete gamma function. */
function poissonAtLeast(k, mean) {
  if (k <= 0) return 1;
  if (mean <= 0) return 0;
  const weight = Math.exp(k * Math.log(mean) - mean - lnGamma(k));
  if (mean >= k + 1) return 1 - weight / continued(mean + 1 - k, (n) => [-n * (n - k), mean + 2 * n + 1 - k]);
  let [term, sum] = [1 / k, 1 / k];
  for (let n = 1; n < MOST_TERMS && term > sum * CLOSE_ENOUGH; n += 1) {
    term *= mean / (k + n);
    sum += term;
  }
  return weight * sum;
}

/** P(X ≥ k) of n tries of chance p: the regularised incomplete beta function of (k, n − k + 1). */
function binomialAtLeast(k, n, p) {
  if (k <= 0 || p >= 1) return 1;
  if (k > n || p <= 0) return 0;
  return beta(p, k, n - k + 1);
}

function beta(x, a, b) {
  if (x > (a + 1) / (a + b + 2)) return 1 - beta(1 - x, b, a);
  const weight = Math.exp(lnGamma(a + b) - lnGamma(a) - lnGamma(b) + a * Math.log(x) + b * Math.log(1 - x));
  const term = (n) => {
    const m = n >> 1;
    const even = (m * (b - m) * x) / ((a + n - 1) * (a + n));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + n - 1) * (a + n));
    return [n % 2 ? odd : even, 1];
  };
  return weight / (a * continued(1, term));
}

/** Whether the 95 % interval of a count holds the expected mean. Only the tail on the mean's far side can be that small. */
export function countHolds(count, mean) {
  return mean < count ? poissonAtLeast(count, mean) >= TAIL : 1 - poissonAtLeast(count + 1, mean) >= TAIL;
}

/** Whether the 95 % interval of a share of whole numbers holds a share. */
export function shareHolds(hits, tries, share) {
  return share * tries < hits ? binomialAtLeast(hits, tries, share) >= TAIL : 1 - binomialAtLeast(hits + 1, tries, share) >= TAIL;
}

/* Where a monotonic function is 0 between two bounds of which it has different signs: regula falsi after Illinois. */
function solve(value, low, high) {
  let [a, b] = [low, high];
  let [fa, fb] = [value(a), value(b)];
  for (let n = 0; n < 100 && Math.abs(b - a) > PRECISE * high; n += 1) {
    const next = b - (fb * (b - a)) / (fb - fa);
    const found = value(next);
    if (found * fb < 0) [a, fa] = [b, fb];
    else fa /= 2;
    [b, fb] = [next, found];
    if (found === 0) break;
  }
  return b;
}

/** [low, high] of the mean behind a count, 95 %. */
export function countInterval(count) {
  const far = 2.5 * Math.sqrt(count + 1) + 3;
  return [
    count ? solve((mean) => poissonAtLeast(count, mean) - TAIL, Math.max(0, count - far), count) : 0,
    solve((mean) => 1 - poissonAtLeast(count + 1, mean) - TAIL, count, count + far + 2),
  ];
}

/** [low, high] of the chance behind `hits` of `tries`, 95 %. */
export function shareInterval(hits, tries) {
  const share = hits / tries;
  const far = 3 * Math.sqrt((share * (1 - share)) / tries) + 5 / tries;
  return [
    hits ? solve((low) => binomialAtLeast(hits, tries, low) - TAIL, Math.max(0, share - far), share) : 0,
    hits < tries ? solve((high) => 1 - binomialAtLeast(hits + 1, tries, high) - TAIL, share, Math.min(1, share + far)) : 1,
  ];
}

/** [low, high] of the ratio of two rates: `now` cases in `days`, `before` cases in `daysBefore`, 95 %; high may be Infinity. */
export function ratioInterval(now, days, before, daysBefore) {
  return shareInterval(now, now + before).map((share) => (share / (1 - share)) * (daysBefore / days));
}
