/**
 * Error function and its complement.
 *
 *     erf(x) = 2/√π ∫₀ˣ e^(−t²) dt          erfc(x) = 1 − erf(x), computed without that subtraction
 *
 * erf in [−1, 1], erfc in [0, 2]; relative error below 1e-15 while the result is a normal number (erfc down to x ≈ 26.5).
 * NaN gives NaN. Rational approximations on four ranges of |x|.
 * Source: FreeBSD msun s_erf.c, Sun Microsystems 1993 (freely granted), the same as in most C libraries.
 */
export function erfc(x: number): number {
  const z = Math.abs(x)
  if (z < 0.84375) {
    const r = x + x * small(x)
    return x < 0.25 ? 1 - r : 0.5 - (x - 0.5 + x * small(x))
  }
  if (z < 1.25) {
    const q = middle(z)
    return x >= 0 ? 1 - ERX - q : 1 + ERX + q
  }
  if (Number.isNaN(x)) return x
  const tail = z < 28 ? far(z) : 0
  return x >= 0 ? tail : 2 - tail
}

export function erf(x: number): number {
  const z = Math.abs(x)
  if (z < 0.84375) return x + x * small(x)
  if (z < 1.25) return Math.sign(x) * (ERX + middle(z))
  return Number.isNaN(x) ? Number.NaN : Math.sign(x) * (1 - (z < 6 ? far(z) : 0))
}

const ERX = 0.8450629115104675

/** Coefficients, constant term first. */
function poly(x: number, coefficients: readonly number[]): number {
  let sum = 0
  for (let at = coefficients.length - 1; at >= 0; at--) sum = sum * x + (coefficients[at] ?? 0)
  return sum
}

const PP = [0.12837916709551256, -0.3250421072470015, -0.02848174957559851, -0.005770270296489442, -0.000023763016656650163]
const QQ = [1, 0.39791722395915535, 0.0650222499887673, 0.005081306281875766, 0.00013249473800432164, -0.000003960228278775368]
const PA = [
  -0.0023621185607526594, 0.41485611868374833, -0.3722078760357013, 0.31834661990116175, -0.11089469428239668, 0.035478304325618236,
  -0.002166375594868791,
]
const QA = [1, 0.10642088040084423, 0.540397917702171, 0.07182865441419627, 0.12617121980876164, 0.01363708391202905, 0.011984499846799107]
const RA = [
  -0.009864944034847148, -0.6938585727071818, -10.558626225323291, -62.375332450326006, -162.39666946257347, -184.60509290671104,
  -81.2874355063066, -9.814329344169145,
]
const SA = [
  1, 19.651271667439257, 137.65775414351904, 434.56587747522923, 645.3872717332679, 429.00814002756783, 108.63500554177944,
  6.570249770319282, -0.0604244152148581,
]
const RB = [
  -0.0098649429247001, -0.799283237680523, -17.757954917754752, -160.63638485582192, -637.5664433683896, -1025.0951316110772,
  -483.5191916086514,
]
const SB = [
  1, 30.33806074348246, 325.7925129965739, 1536.729586084437, 3199.8582195085955, 2553.0504064331644, 474.52854120695537,
  -22.44095244658582,
]

const small = (x: number) => poly(x * x, PP) / poly(x * x, QQ)
const middle = (z: number) => poly(z - 1, PA) / poly(z - 1, QA)

/** erfc for z ≥ 1.25. e^(−z²) is split at a z of 32 bits, so that its relative error does not grow with z. */
function far(z: number): number {
  const s = 1 / (z * z)
  const ratio = z < 1 / 0.35 ? poly(s, RA) / poly(s, SA) : poly(s, RB) / poly(s, SB)
  const head = Math.fround(z)
  return (Math.exp(-head * head - 0.5625) * Math.exp((head - z) * (head + z) + ratio)) / z
}
