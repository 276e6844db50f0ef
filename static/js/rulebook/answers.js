// What was put in, read strictly: dates, dimensions and answers, each of its question's type.
// The twin of answers.py, without its suggestions of the nearest match.

import { isDate, scaled } from './numbers.js'
import { Measure, NOT_APPLICABLE, NOT_OBSERVED } from './state.js'

/** An input that names something unknown, or a value that is not of its question's type. */
export class AnswerError extends Error {}

/** An ISO date, or an error naming the field. */
export function readDate (value, name) {
  if (isDate(value)) return value
  throw new AnswerError(`${name}: "${value}" is not a date such as 2026-10-13`)
}

/** The dimensions of a visit, from its top level or from `dims`: a Map of Sets. */
export function readDims (content, visit) {
  const dims = new Map()
  for (const dim of content.dim ?? []) {
    const keys = dim.many ? [dim.id, `${dim.id}s`] : [dim.id]
    const given = [visit, visit.dims ?? {}].flatMap((place) => keys.filter((key) => key in place).map((key) => place[key]))[0]
    if (given === undefined) {
      if (dim.optional) continue
      throw new AnswerError(`"${dim.id}" is missing`)
    }
    const codes = Array.isArray(given) ? given : [given]
    for (const code of codes) {
      if (!dim.options.some((option) => option.code === code)) throw new AnswerError(`unknown ${dim.id} "${code}"`)
    }
    if (codes.length === 0 || (codes.length > 1 && !dim.many)) throw new AnswerError(`"${dim.id}" takes exactly one`)
    dims.set(dim.id, new Set(codes))
  }
  return dims
}

/** Definite answers by id: a Map without those that were not observed. */
export function readAnswers (given, known, what) {
  const answers = new Map()
  for (const [id, value] of Object.entries(given ?? {})) {
    const entry = known.get(id)
    if (!entry) throw new AnswerError(`unknown ${what} "${id}"`)
    if (value === null || value === NOT_OBSERVED) continue
    answers.set(id, readAnswer(entry, value))
  }
  return answers
}

function refuse (entry, value) {
  return new AnswerError(`${entry.id}: "${value}" is not an answer to a question of type ${entry.type}`)
}

function numberText (entry, value) {
  const text = typeof value === 'number' ? String(value) : value
  if (typeof text !== 'string' || text.length > 12 || !/^-?\d+(\.\d+)?$/.test(text)) throw refuse(entry, value)
  for (const [limit, wrong] of [[entry.min, (size, bound) => size < bound], [entry.max, (size, bound) => size > bound]]) {
    if (limit !== undefined && wrong(scaled(text), scaled(limit))) throw refuse(entry, value)
  }
  return text
}

function readAnswer (entry, value) {
  if (value === NOT_APPLICABLE && entry.not_applicable) return value
  const options = entry.type === 'yes_no' ? ['yes', 'no'] : (entry.options ?? []).map((option) => option.code)
  switch (entry.type) {
    case 'yes_no': case 'choice': {
      const code = Number.isInteger(value) ? String(value) : value
      if (options.includes(code)) return code
      break
    }
    case 'choices':
      if (Array.isArray(value) && value.every((code) => options.includes(code))) return value
      break
    case 'integer': {
      const text = numberText(entry, value)
      if (!text.includes('.')) return Number(text)
      break
    }
    case 'measure': return new Measure(numberText(entry, value))
    case 'date': return readDate(value, entry.id)
    case 'dates':
      if (Array.isArray(value)) return value.map((day) => readDate(day, entry.id))
      break
    case 'time':
      if (typeof value === 'string' && /^([01]\d|2[0-3]):[0-5]\d$/.test(value)) return value
      break
    case 'text':
      if (typeof value === 'string') return value
      break
    case 'photos':
      if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value
      break
  }
  throw refuse(entry, value)
}
