// Assess visits with the browser's engine: the release on the first line, then a visit a line.
import { createInterface } from 'node:readline'
import { AnswerError, Rulebook } from '../../static/js/rulebook/assess.js'

let rulebook = null
for await (const line of createInterface({ input: process.stdin })) {
  if (rulebook === null) {
    rulebook = new Rulebook(JSON.parse(line))
    continue
  }
  try {
    console.log(JSON.stringify(rulebook.assess(JSON.parse(line))))
  } catch (error) {
    if (!(error instanceof AnswerError)) throw error
    console.log(JSON.stringify({ error: error.message }))
  }
}
