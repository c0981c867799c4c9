import { agreesOn } from './agreement.ts'

agreesOn('forecasting')
