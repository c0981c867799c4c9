import { agreesOn } from './agreement.ts'

agreesOn('regression')
