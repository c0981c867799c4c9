/**
 * Columns that are likely about a person, by their names. A word counts where the name is it or ends with it: `phone` and `home_phone`, and
 * not `phone_service`. What text looks like is asked of the data (core/checks/entries/privacy.ts).
 */
import type { ColumnSeen } from './seen.ts'

const nouns = [
  'email',
  'e mail',
  'mail address',
  'email address',
  'phone',
  'phone number',
  'telephone',
  'mobile',
  'mobile number',
  'fax',
  'ssn',
  'social security number',
  'national id',
  'tax id',
  'passport',
  'passport number',
  'iban',
  'card number',
  'credit card',
  'credit card number',
  'account number',
  'first name',
  'last name',
  'surname',
  'lastname',
  'firstname',
  'username',
  'user name',
  'fullname',
  'full name',
  'address',
  'street',
  'birthday',
  'birth date',
  'birthdate',
  'date of birth',
  'dob',
  'ip',
  'ip address',
  'password',
] as const

/** `homePhone`, `home_phone` and `Home Phone` are the words home, phone. */
const wordsOf = (name: string): string =>
  name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '')
    .join(' ')

/** A name is a person's where nothing else is named, or a person is. */
const personName =
  /^((customer|client|patient|employee|person|contact|owner|student|teacher|member|author|passenger|applicant|borrower|candidate|voter|donor|guest|tenant|driver|doctor|account holder|card holder) )?name$/

/** Why a column is likely about a person, or null. Flags and constants say nothing of anybody. */
export function personal({ name, in: inRoles }: ColumnSeen): string | null {
  if (inRoles.every(({ kind }) => kind === 'boolean' || kind === 'constant')) return null
  const looks = [...new Set(inRoles.flatMap(({ looksLike }) => looksLike))]
  if (looks.length > 0) return `its text looks like ${looks.join(', ')}`
  const words = wordsOf(name)
  const noun = personName.test(words) || nouns.some((one) => words === one || words.endsWith(` ${one}`))
  return !noun ? null : 'by its name: take it out of this list if it is not about people'
}
