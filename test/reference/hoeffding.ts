/**
 * Rows from which on the mean of values in a range of width 1 is known to ±ε with chance 1 − δ, before a model was run: a published yardstick, which asks for more rows
 * than whatever the product says.
 *
 *     n = ln(H/δ) / (2ε²);  of H uses whose outcome steers the next (H ln 2 + ln(1/δ)) / (2ε²)                       rounded up
 *
 * Source: Hoeffding 1963; for uses Renggli et al. 2019, "Continuous integration of machine learning models with ease.ml/ci".
 */
export const hoeffding = (epsilon: number, delta: number, uses: number, adaptive: boolean): number =>
  Math.ceil((adaptive ? uses * Math.LN2 - Math.log(delta) : Math.log(uses / delta)) / (2 * epsilon * epsilon))
