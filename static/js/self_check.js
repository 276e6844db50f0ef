// A shop checks itself in its own browser: the questions and their answers never leave this page.
// The rules are fetched once, while the page opens. Nothing is stored.

import { AnswerError, readDims } from './rulebook/answers.js'
import { asked } from './rulebook/asked.js'
import { OtherEngine, Rulebook } from './rulebook/assess.js'
import { parts } from './rulebook/conditions.js'
import { explain } from './rulebook/explain.js'
import { NOT_APPLICABLE, NOT_OBSERVED } from './rulebook/state.js'
import { textOf as said, unitOf, word } from './rulebook/words.js'
import { telling } from './told.js'

const form = document.querySelector('#self-check')
const result = document.querySelector('#result')
const place = form.querySelector('[data-questions]')
const choose = form.querySelector('[data-choose]')
const show = form.querySelector('[data-show]')
const today = form.dataset.today
const fixed = JSON.parse(form.dataset.fixed)
const language = document.documentElement.lang
const told = telling(JSON.parse(form.dataset.words))

/** A text of the rulebook in the language of the page. */
const textOf = (texts) => said(texts, language)

/** An element with attributes and children; text is always text, never markup. */
function element (name, attributes = {}, ...children) {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(key, value === true ? '' : value)
  }
  made.append(...children.filter((child) => child !== null && child !== ''))
  return made
}

/** The visit that the answers so far would be; null until nation and ways of selling are chosen. */
function visit () {
  const chosen = {}
  for (const group of form.querySelectorAll('[data-dim]')) {
    const codes = [...group.querySelectorAll('input:checked')].map((input) => input.value)
    if (codes.length === 0) return null
    chosen['many' in group.dataset ? `${group.dataset.dim}s` : group.dataset.dim] =
      'many' in group.dataset ? codes : codes[0]
  }
  return { ...fixed, ...chosen, visited_on: today }
}

/** The answers given in the blocks of these questions. */
function answersOf (questions, blocks) {
  const answers = {}
  for (const entry of questions) {
    const block = blocks.get(entry.id)
    const given = block ? read(entry, block) : null
    if (given !== null) answers[entry.id] = given
  }
  return answers
}

function read (entry, block) {
  const ticked = [...block.querySelectorAll('input:checked')].map((input) => input.value)
  if (['yes_no', 'choice'].includes(entry.type)) return ticked[0] ?? null
  if (entry.type === 'choices') return ticked.length ? ticked : null
  const typed = [...block.querySelectorAll('input')].map((input) => input.value.trim()).filter(Boolean)
  if (typed.length === 0) return null
  if (entry.type === 'dates') return typed
  return entry.type === 'integer' && /^-?\d{1,9}$/.test(typed[0]) ? Number(typed[0]) : typed[0]
}

function keys (entry, type, options) {
  return element('div', { class: 'app-answers' + (options.length > 4 ? ' app-answers--stacked' : '') },
    ...options.map(([code, label, alone], place) => {
      const id = `${entry.id}-${place + 1}`
      const quiet = code === NOT_OBSERVED ? ' app-answers__item--quiet' : ''
      return element('div', { class: `app-answers__item${quiet}` },
        element('input', { class: 'app-answers__input', type, id, name: entry.id, value: code, 'data-alone': alone }),
        element('label', { class: 'app-answers__label', for: id }, label))
    }))
}

function boxes (entry) {
  const dates = entry.type === 'date' || entry.type === 'dates'
  const box = (number) => element('input', {
    class: 'govuk-input govuk-input--width-10 govuk-!-margin-bottom-2',
    type: dates ? 'date' : 'text',
    inputmode: dates ? undefined : 'decimal',
    max: dates ? today : undefined,
    id: `${entry.id}-${number}`,
    name: entry.id,
    'aria-label': number > 1 ? told('Date {1}', number) : textOf(entry.label)
  })
  const made = element('div', {}, box(1))
  if (entry.unit) made.append(` ${unitOf(entry, language)}`)
  if (entry.type === 'dates') {
    const more = element('button', { type: 'button', class: 'govuk-button govuk-button--secondary' }, told('Add another date'))
    more.addEventListener('click', () => more.before(box(made.querySelectorAll('input').length + 1)))
    made.append(element('br'), more)
  }
  return made
}

function block (entry) {
  const offered = (entry.options ?? []).map((one) => [one.code, textOf(one.label) || one.code, one.exclusive])
  const unsure = [NOT_OBSERVED, told('Not sure'), false]
  let inner
  if (entry.type === 'yes_no') {
    const codes = ['yes', 'no', ...(entry.not_applicable ? [NOT_APPLICABLE] : [])]
    inner = keys(entry, 'radio', [...codes.map((code) => [code, word(code, language), false]), unsure])
  } else if (entry.type === 'choice') inner = keys(entry, 'radio', [...offered, unsure])
  else if (entry.type === 'choices') inner = keys(entry, 'checkbox', offered)
  else inner = boxes(entry)
  return element('div', { class: 'app-question', 'data-question': entry.id },
    element('fieldset', { class: 'govuk-fieldset' },
      element('legend', { class: 'govuk-fieldset__legend govuk-fieldset__legend--s' }, textOf(entry.label)),
      element('p', { class: 'govuk-error-message', id: `${entry.id}-error`, hidden: true }),
      inner))
}

class SelfCheck {
  constructor (release) {
    this.rulebook = new Rulebook(release)
    this.content = release.content
    this.known = new Map(this.content.question.map((entry) => [entry.id, entry]))
    this.doubtful = new Set((this.content.law ?? []).filter((row) => row.unverified).map((row) => row.id))
    this.blocks = new Map()
    this.headings = new Map()
  }

  /** The ids that the rules of this visit look at, and the questions that open those. */
  weighed (shop) {
    const wanted = new Set()
    const open = this.rulebook.assess(shop).findings
      .filter((one) => one.outcome !== 'not_in_force' && !this.doubtful.has(one.law))
      .flatMap((one) => one.because.map((each) => each.question).filter(Boolean))
    while (open.length) {
      const id = open.pop()
      if (wanted.has(id)) continue
      wanted.add(id)
      const when = this.known.get(id)?.ask_when
      if (when) open.push(...parts(when).map((part) => part.answer).filter((one) => this.known.has(one)))
    }
    return [...this.known.values()].filter((entry) => wanted.has(entry.id) && !this.doubtful.has(entry.law))
  }

  /** Put the questions of the chosen shop on the page, keeping what was answered. */
  lay () {
    const shop = visit()
    choose.hidden = shop !== null
    show.hidden = shop === null
    if (shop === null) {
      place.replaceChildren()
      return
    }
    const titles = new Map((this.content.section ?? []).map((one) => [one.id, textOf(one.title)]))
    this.questions = this.weighed(shop)
    this.headings.clear()
    const laid = []
    for (const entry of this.questions) {
      if (!this.headings.has(entry.section)) {
        const heading = element('h2', { class: 'govuk-heading-m' }, titles.get(entry.section) ?? entry.section)
        this.headings.set(entry.section, heading)
        laid.push(heading)
      }
      if (!this.blocks.has(entry.id)) this.blocks.set(entry.id, block(entry))
      laid.push(this.blocks.get(entry.id))
    }
    place.replaceChildren(...laid)
    this.settle()
  }

  /** What can be read of the answers, and what is wrong with the rest. */
  answers () {
    const shop = visit()
    const given = answersOf(this.questions, this.blocks)
    for (const [id, value] of Object.entries(given)) {
      const wrong = this.wrong(shop, id, value)
      const message = document.getElementById(`${id}-error`)
      message.hidden = !wrong
      message.textContent = wrong ? textOf(this.known.get(id).error) || told('Check this answer') : ''
      if (wrong) delete given[id]
    }
    return given
  }

  wrong (shop, id, value) {
    try {
      this.rulebook.assess({ ...shop, answers: { [id]: value } })
      return false
    } catch (error) {
      if (!(error instanceof AnswerError)) throw error
      return true
    }
  }

  /** Open what is asked now and shut what is not. */
  settle () {
    const shop = visit()
    const put = new Set(asked(this.content, readDims(this.content, shop), today, this.answers()).map((entry) => entry.id))
    for (const entry of this.questions) this.blocks.get(entry.id).hidden = !put.has(entry.id)
    for (const [section, heading] of this.headings) {
      heading.hidden = !this.questions.some((entry) => entry.section === section && put.has(entry.id))
    }
    this.put = put
  }

  /** Say what the rules make of the answers, as the explanation of an assessment does. */
  tell () {
    this.settle()
    const answers = Object.fromEntries(Object.entries(this.answers()).filter(([id]) => this.put.has(id)))
    const points = explain(this.content, this.rulebook.assess({ ...visit(), answers }), answers, {}, language)
      .filter((point) => !point.unverified && point.outcome !== 'not_in_force')
    const order = this.content.severity.map((one) => one.id)
    const of = (outcome) => points.filter((point) => point.outcome === outcome)
      .sort((one, other) => order.indexOf(one.severity) - order.indexOf(other.severity))
    const wrong = of('not_met')
    const groups = [
      ['not_assessed', told('Points you left open')],
      ['met', told('Points that are in order')],
      ['not_applicable', told('Points that do not apply')]
    ]
    result.replaceChildren(
      element('h2', { class: 'govuk-heading-l', id: 'result-title' },
        wrong.length === 0 ? told('Nothing to put right in what you answered')
          : wrong.length === 1 ? told('1 point to put right') : told('{1} points to put right', wrong.length)),
      element('p', { class: 'govuk-body' },
        told('This is what your answers come to today, in the words of our letters. It is no grade and no promise: an officer may see other things.')),
      ...wrong.map((point) => card(point)),
      ...groups.filter(([outcome]) => of(outcome).length).map(([outcome, title]) =>
        element('details', { class: 'govuk-details' },
          element('summary', { class: 'govuk-details__summary' },
            element('span', { class: 'govuk-details__summary-text' }, `${title}: ${of(outcome).length}`)),
          element('div', { class: 'govuk-details__text' }, ...of(outcome).map((point) => card(point)))))
    )
    result.hidden = false
    result.focus()
    result.scrollIntoView()
  }
}

function card (point) {
  const line = (term, text) => element('p', { class: 'govuk-body' }, element('strong', {}, `${term}: `), text)
  return element('div', { class: 'app-law', 'data-point': point.rule },
    element('h3', { class: 'govuk-heading-s' }, point.title),
    point.says ? element('p', { class: 'govuk-body' }, point.says) : '',
    point.advice ? line(told('What to do'), point.advice) : '',
    ...point.because.map((one) => line(one.line, one.answer)),
    element('p', { class: 'govuk-body app-source' },
      `${point.severity_label}. ${point.basis_label}. ${point.law}. ${told('Source:')} `,
      element('span', { lang: language === 'en' ? false : 'en' }, point.citation), '.'))
}

function standAlone (input) {
  if (input.type !== 'checkbox' || !input.checked || !input.closest('[data-question]')) return
  for (const other of form.querySelectorAll(`input[name="${CSS.escape(input.name)}"]`)) {
    if (other !== input && ('alone' in input.dataset || 'alone' in other.dataset)) other.checked = false
  }
}

async function open () {
  try {
    const answer = await fetch(form.dataset.rules)
    if (!answer.ok) throw new Error(answer.statusText)
    const check = new SelfCheck(await answer.json())
    form.addEventListener('change', (event) => {
      standAlone(event.target)
      if (event.target.closest('[data-dim]')) check.lay()
      else check.settle()
    })
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      if (visit() !== null) check.tell()
    })
    form.hidden = false
    check.lay()
  } catch (error) {
    const trouble = error instanceof OtherEngine ? '#older' : '#trouble'
    document.querySelector(trouble).hidden = false
  }
}

open()
