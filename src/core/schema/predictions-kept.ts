/** Of which rows `evaluate` keeps predictions for drift and promotion. Drift reads it alone, for all that an evaluation says takes longer to read than to use. */
import { z } from 'zod'

/** `because`: why not those of data.validation, where that is configured */
export const predictionsKept = z.strictObject({ on: z.enum(['validation', 'test']), because: z.string().nullable() }).optional()

export const withPredictionsKept = z.object({ predictions_kept: predictionsKept })
