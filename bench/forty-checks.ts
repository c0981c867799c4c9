/** Forty row-wise checks over the ten generated columns: every one shares the one scan. */
export const fortyChecks = {
  columns: {
    order_id: { type: 'integer', nulls: { max: 0 }, min: 0, max: 1e9 },
    placed_at: { type: 'timestamp', nulls: { max: 0 } },
    age: { type: 'integer', nulls: { max: 0 }, min: 18, max: 87, between: { min: 0, max: 130 } },
    amount: { type: 'number', nulls: { max: 0 }, min: 0, max: 1e5, finite: true },
    score: { type: 'number', nulls: { max: 0 }, min: -10, max: 10, finite: true },
    balance: { type: 'number', nulls: { max: '10%' }, min: 0, max: 1e4, finite: true },
    region: { type: 'string', nulls: { max: 0 }, in: ['north', 'south', 'east', 'west', 'centre'], length: { min: 4, max: 6 } },
    product: { type: 'string', nulls: { max: 0 }, matches: '^product [0-9]{4}$', length: { min: 12, max: 12 } },
    returned: { type: 'boolean', nulls: { max: 0 } },
    customer: { type: 'string', nulls: { max: 0 }, matches: '^customer/eu/1/[0-9a-f]{16}$', length: { min: 30, max: 30 } },
  },
}
