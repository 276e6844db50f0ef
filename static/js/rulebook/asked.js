// Which questions a visit is asked, given what has been answered so far; the twin of asked.py.

import { readAnswers } from './answers.js'
import { compileCondition } from './conditions.js'
import { dimsMatch } from './dims.js'
import { Moment, State } from './state.js'

/**
 * The questions put, in the order of asking. `dims` is a Map of Sets, `answers` and `facts` as given.
 * An answer counts only while its own question is put.
 */
export function asked (content, dims, visitedOn, answers, facts = {}) {
  const known = new Map((content.question ?? []).map((entry) => [entry.id, entry]))
  const given = readAnswers(answers, known, 'question')
  const there = readAnswers(facts, new Map((content.fact ?? []).map((entry) => [entry.id, entry])), 'operation fact')
  const entries = (content.question ?? []).filter((entry) => dimsMatch(entry.dims, dims))
  const tests = new Map(entries.filter((entry) => entry.ask_when)
    .map((entry) => [entry.id, compileCondition(entry.ask_when)]))
  const always = entries.filter((entry) => !tests.has(entry.id)).map((entry) => entry.id)
  let put = new Set(always)
  for (let round = 0; round <= tests.size; round += 1) {
    const state = new State({
      visitedOn,
      asOf: visitedOn,
      dims,
      answers: new Map([...given].filter(([id]) => put.has(id))),
      facts: there,
      moment: new Moment(0, visitedOn)
    })
    const found = new Set([...always, ...[...tests].filter(([, test]) => test(state) === true).map(([id]) => id)])
    const same = found.size === put.size && [...found].every((id) => put.has(id))
    put = found
    if (same) break
  }
  return entries.filter((entry) => put.has(entry.id))
}
