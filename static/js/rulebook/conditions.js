// Conditions with three answers: true, false and unknown (null). The twin of conditions.py.

import { addMonths, isDate, scaled } from './numbers.js'
import { Measure, Moment, NOT_APPLICABLE, Range } from './state.js'

const SUBJECTS = ['answer', 'fact', 'dim', 'finding', 'fired', 'value']
const TESTS = ['is', 'in', 'has_all', 'has_none', 'at_least', 'at_most', 'more_than', 'less_than',
  'decimals_at_least', 'known', 'within_months', 'less_than_months_ago', 'months_passed',
  'on_or_before', 'on_or_after', 'after']

/** Turn a condition tree into a function from a visit's state to true, false or null. */
export function compileCondition (tree) {
  if (tree.all) return all(tree.all.map(compileCondition))
  if (tree.any) return any(tree.any.map(compileCondition))
  if (tree.not) {
    const inner = compileCondition(tree.not)
    return (state) => {
      const outcome = inner(state)
      return outcome === null ? null : !outcome
    }
  }
  const subject = SUBJECTS.find((key) => key in tree)
  const test = TESTS.find((key) => key in tree)
  return leaf(subject, tree[subject], test, tree)
}

/** Every subject-and-test part of a condition, depth first. */
export function parts (tree) {
  if (tree.all || tree.any) return (tree.all ?? tree.any).flatMap(parts)
  return tree.not ? parts(tree.not) : [tree]
}

function all (tests) {
  return (state) => {
    let result = true
    for (const test of tests) {
      const outcome = test(state)
      if (outcome === false) return false
      if (outcome === null) result = null
    }
    return result
  }
}

function any (tests) {
  return (state) => {
    let result = false
    for (const test of tests) {
      const outcome = test(state)
      if (outcome === true) return true
      if (outcome === null) result = null
    }
    return result
  }
}

function leaf (subject, name, test, tree) {
  const operand = tree[test]
  if (subject === 'finding' || subject === 'dim') {
    const wanted = new Set(test === 'is' ? [operand] : operand)
    if (subject === 'finding') {
      return (state) => wanted.has(state.findings.get(name) ?? 'not_in_force')
    }
    return (state) => [...(state.dims.get(name) ?? [])].some((code) => wanted.has(code))
  }
  if (subject === 'fired') return (state) => state.fired.has(name) === Boolean(operand)
  const read = reader(subject, name)
  if (test === 'known') return (state) => isKnown(read(state)) === Boolean(operand)
  if (test === 'is' || test === 'in') return member(read, test === 'is' ? [operand] : operand)
  if (test === 'after') return after(name, operand)
  const compare = comparison(subject, test, operand, tree)
  return (state) => {
    const value = read(state)
    if (value === undefined) return null
    return value === NOT_APPLICABLE ? false : compare(state, value)
  }
}

function reader (subject, name) {
  if (subject === 'answer') {
    if (name === 'visited_on') return (state) => state.visitedOn
    if (name === 'as_of') return (state) => state.asOf
    return (state) => state.answers.get(name)
  }
  if (subject === 'fact') return (state) => state.facts.get(name)
  return (state) => state.values.get(name)
}

function isKnown (value) {
  return value !== undefined && !(value instanceof Range)
}

function key (value) {
  return typeof value === 'number' || value instanceof Measure ? scaled(value) : value
}

function member (read, operands) {
  const wanted = new Set(operands.map(key))
  return (state) => {
    const value = read(state)
    if (value === undefined || value instanceof Range) return null
    return Array.isArray(value) ? value.some((item) => wanted.has(item)) : wanted.has(key(value))
  }
}

function after (name, other) {
  return (state) => {
    const mine = state.values.get(name)
    const theirs = state.values.get(other)
    if (mine === undefined) return false
    return theirs === undefined || mine.order > theirs.order
  }
}

function comparison (subject, test, operand, tree) {
  if (['at_least', 'at_most', 'more_than', 'less_than'].includes(test)) return number(test, operand)
  if (test === 'has_all') return (_, value) => operand.every((code) => value.includes(code))
  if (test === 'has_none') return (_, value) => !operand.some((code) => value.includes(code))
  if (test === 'decimals_at_least') return (_, value) => value.decimals >= operand
  if (test === 'on_or_before' || test === 'on_or_after') {
    const pseudo = operand === 'visited_on' || operand === 'as_of'
    const read = isDate(operand) ? () => operand : reader(pseudo ? 'answer' : subject, operand)
    return (state, value) => {
      const other = read(state)
      if (other === undefined || other === NOT_APPLICABLE) return null
      return days(value).every((day) => (test === 'on_or_before' ? day <= other : day >= other))
    }
  }
  const byAsOf = subject === 'value' || Boolean(tree.as_of)
  return (state, value) => {
    const today = byAsOf ? state.asOf : state.visitedOn
    return days(value).every((day) => {
      const end = addMonths(day, operand)
      if (test === 'within_months') return day <= today && today <= end
      if (test === 'less_than_months_ago') return day <= today && today < end
      return today > end
    })
  }
}

function days (value) {
  if (value instanceof Moment) return [value.on]
  return Array.isArray(value) ? value : [value]
}

function number (test, operand) {
  const limit = scaled(operand)
  const holds = (value) => {
    const size = scaled(value)
    if (test === 'at_least') return size >= limit
    if (test === 'at_most') return size <= limit
    return test === 'more_than' ? size > limit : size < limit
  }
  return (_, value) => {
    if (!(value instanceof Range)) return holds(value)
    const [low, high] = [holds(value.low), holds(value.high)]
    return low === high ? low : null
  }
}
