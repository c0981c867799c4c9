/** Configs as people get them wrong, and what is said of each: read by the unit test of the words and by the contract test of the exit status. */

export const model = (more: string) =>
  `models:\n  m:\n    model: m.onnx\n    data: {train: train.csv, test: test.csv, target: y}\n    ${more}\n`

/** What it is, the config, its place, and a part of what is said. */
export const inYaml: readonly (readonly [string, string, string, string])[] = [
  [
    'a key too far to the right',
    'models:\n  m:\n   model: m.onnx\n    data: {}\n',
    '3:11',
    'indent them alike, and put a value that holds ": " in quotes.',
  ],
  [
    'a key too far to the left',
    'models:\n  m:\n    model: m.onnx\n   data: {}\n',
    '4:1',
    'This key does not stand below the others of its map: indent them alike.',
  ],
  [
    'no space behind a colon',
    'models:\n  m:\n    model:m.onnx\n    data: {}\n',
    '3:5',
    'write `key: value`, with a space behind the colon.',
  ],
  ['a value that begins with @', model('baseline: @production'), '5:15', 'A value that begins with @ must stand in quotes.'],
  ['a value that begins with %', model('expect: {columns: {a: {nulls: %5}}}'), '5:35', 'A value that begins with % must stand in quotes.'],
  ['a quote without an end', "models:\n  m:\n    model: 'm.onnx\n", '4:1', "A quote (') is opened here or above, and nothing closes it."],
  [
    'a bracket without an end',
    model('expect: {columns: {a: {min: 0}}\n    drift: false'),
    '6:5',
    'A bracket is opened above, and no } closes it before this line.',
  ],
  ['a list without an end', 'models:\n  m:\n    data: {features: [a, b}\n', '3:', ''],
  [
    'a variable of a shell',
    `models:\n  m:\n    data: {train: ${'$'}{DATA}/a.csv}\n`,
    '3:20',
    'put a value that holds { } [ ] or * in quotes.',
  ],
  ['a tab', 'models:\n\tm: {}\n', '2:1', 'This line is indented with a tab: YAML wants spaces.'],
  ['a key twice', model('drift: false\n    drift: false'), '6:5', 'The key drift is written twice here.'],
]

/** What it is, the config, and a part of what is said. */
export const inWords: readonly (readonly [string, string, string])[] = [
  ['a command where a map is', model('train: python train.py'), '5:12 INVALID_VALUE train. A map of keys is expected here: run, '],
  [
    'an alias where a map is',
    model('promote: production'),
    '5:14 INVALID_VALUE promote. A map of keys is expected here: to, bump, accept.',
  ],
  ['the check of another tool', model('expect: {checks: [{check: expect_column_values_to_be_unique, column: a}]}'), 'Did you mean unique?'],
  [
    'a drop of the whole scale',
    model('evaluate: {metrics: {accuracy: {max_drop: 1}}}'),
    '1 is all that accuracy can change, a limit that nothing reaches: did you mean 1pp?',
  ],
  ['yes for true', model('expect: {columns: {a: {unique: yes}}}'), '5:36 INVALID_VALUE expect.columns.a.unique. Expected true or false.'],
  ['a comma in a number', model("evaluate: {metrics: {roc_auc: {min: '0,7'}}}"), '0,7 is not a level: write a number such as 0.7, or 70%.'],
  ['a word of other tools', model('expect: {columns: {a: {regex: x}}}'), 'UNKNOWN_KEY expect.columns.a.regex. Did you mean matches? '],
  [
    'a word of other tools in the list',
    model('expect: {checks: [{check: regex, column: a}]}'),
    'There is no check regex. Did you mean matches?',
  ],
  ['a word of JSON Schema', model('expect: {columns: {a: {minimum: 0}}}'), 'expect.columns.a.minimum. Did you mean min? '],
  ['a word that is none of ours where it stands', model('expect: {enum: [a]}'), 'UNKNOWN_KEY expect.enum. Allowed: '],
  ['a key of expect below the model', model('samples: local'), '5:5 UNKNOWN_KEY samples. It belongs to expect. Allowed: '],
  ['a key of expect below drift', model('drift: {samples: local}'), 'UNKNOWN_KEY drift.samples. It belongs to expect. Allowed: '],
  [
    'a key of data below evaluate',
    model('evaluate: {label_delay: 30d}'),
    'UNKNOWN_KEY evaluate.label_delay. It belongs to data. Allowed: ',
  ],
  [
    'a key of baseline below promote',
    model('promote: {to: production, max_age: 30d}'),
    'promote.max_age. It belongs to baseline. Allowed: ',
  ],
  [
    'a key of a model at the top',
    'promote: {to: production}\nmodels: {m: {model: m.onnx}}\n',
    '1:1 UNKNOWN_KEY promote. It belongs to a model. Allowed: ',
  ],
  ['a key of the top below a model', model('ledger: {remote: origin}'), 'UNKNOWN_KEY ledger. It belongs to the top of the file. Allowed: '],
  [
    'a check of a column below expect',
    model('expect: {nulls: 0}'),
    'UNKNOWN_KEY expect.nulls. It belongs to a column of expect. Allowed: ',
  ],
  ['a metric below evaluate', model('evaluate: {roc_auc: {min: 0.7}}'), 'evaluate.roc_auc. It belongs to evaluate.metrics. Allowed: '],
  [
    'a metric as scikit-learn calls it',
    model('evaluate: {metrics: {f1_score: {min: 0.7}}}'),
    'There is no metric f1_score. Did you mean f1? ',
  ],
  ['a metric in short', model('evaluate: {metrics: [AUC]}'), 'There is no metric AUC. Did you mean roc_auc? Known: roc_auc, '],
  ['a key of two sections', model('columns: {a: {}}'), 'UNKNOWN_KEY columns. It belongs to expect or drift. Allowed: '],
]
