/** A path at which nothing lies, and what its spelling has to do with it. */

/** Each is no mistake by itself: such names can be made. */
const faults: readonly (readonly [RegExp, string])[] = [
  [/\\/, '\\ is a letter of its name, write / between folders'],
  [/^~/, '~ is your home folder to a shell only, write the path out'],
  [/\$\w|\$\{|%\w+%/, 'variables are not put in, write the path out'],
  [/^\s|\s$/, 'a space stands at its beginning or its end'],
]

/** `data\train.csv: there is no such file; \ is a letter of its name, write / between folders` */
export const noFile = (shown: string): string => `${shown}: there is no such file${spelling(shown)}`

/** What goes behind a sentence that says that nothing lies there; empty where the spelling is as usual. */
export function spelling(path: string): string {
  const fault = faults.find(([pattern]) => pattern.test(path))
  return fault === undefined ? '' : `; ${fault[1]}`
}
