// Checks the offline proof of a certificate with the public keys the page came with: no request is made.
// The form of a proof is told in compliance/documents/proofs.py; what is written any other way is refused.

import { dayInWords } from './rulebook/words.js'
import { telling } from './told.js'

const VERSION = 'CKS1'
const MOST_CHARACTERS = 900
const SIGNATURE_BYTES = 64
const DAY = /^\d{4}-\d{2}-\d{2}$/
const RESULTS = { 'no-issues-found': 'On {1}, no issues were found on the points that were checked.' }

/** A text that is no proof of ours; the message says why. */
class NotProven extends Error {}

/** This browser cannot check a proof. */
class CannotCheck extends Error {}

function decoded (text) {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) throw new NotProven('This is not a proof.')
  let content
  try {
    content = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  } catch {
    throw new NotProven('This is not a proof.')
  }
  const again = btoa(content).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
  if (again !== text) throw new NotProven('This is not a proof.')
  return Uint8Array.from(content, (character) => character.charCodeAt(0))
}

async function signedBy (key, signature, content) {
  try {
    const raw = Uint8Array.from(atob(key), (character) => character.charCodeAt(0))
    const ours = await crypto.subtle.importKey('raw', raw, { name: 'Ed25519' }, false, ['verify'])
    return await crypto.subtle.verify({ name: 'Ed25519' }, ours, signature, content)
  } catch {
    throw new CannotCheck('This browser is too old to check a proof.')
  }
}

/** What a proof states. `keys` are our public keys (base64) by their id. Throws NotProven or CannotCheck. */
async function read (proof, keys) {
  const parts = proof.split('.')
  if (proof.length > MOST_CHARACTERS || parts.length !== 2) throw new NotProven('This is not a proof.')
  const [content, signature] = parts.map(decoded)
  let lines
  try {
    lines = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content).split('\n')
  } catch {
    throw new NotProven('This is not a proof.')
  }
  const [version, keyId, operator, postcode, checkedOn, result, validUntil] = lines
  if (lines.length !== 7 || !DAY.test(checkedOn) || !DAY.test(validUntil) || signature.length !== SIGNATURE_BYTES) {
    throw new NotProven('This is not a proof.')
  }
  if (version !== VERSION || !Object.hasOwn(RESULTS, result)) {
    throw new NotProven('This proof is of a kind that is not known here.')
  }
  if (!Object.hasOwn(keys, keyId)) throw new NotProven('This proof was not made with a key of ours.')
  if (!await signedBy(keys[keyId], signature, content)) {
    throw new NotProven('This proof was changed, or was not made by us.')
  }
  return { operator, postcode, checkedOn, result, validUntil }
}

/** The proof in what a code says: the part after the #, or all of it. */
function proofIn (text) {
  const whole = text.replace(/\s/g, '')
  return whole.slice(whole.indexOf('#') + 1)
}

function inWords (day) {
  return dayInWords(day, document.documentElement.lang)
}

/** Today in the United Kingdom, as the clock of this device has it. */
function today () {
  return new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/London' }).format(new Date())
}

function element (name, className, ...children) {
  const made = document.createElement(name)
  if (className) made.className = className
  made.append(...children)
  return made
}

const place = document.querySelector('#proof')
const form = place.querySelector('#proof-form')
const shown = place.querySelector('#proof-result')
const typed = place.querySelector('#proof-text')
const keys = JSON.parse(place.dataset.keys)
const told = telling(JSON.parse(place.dataset.words))

function show (good, title, ...lines) {
  const panel = element('div', `govuk-panel app-status ${good ? 'govuk-panel--confirmation app-status--valid' : 'app-status--ended'}`,
    element('h2', 'govuk-panel__title', title))
  shown.replaceChildren(panel, ...lines.map((line) => element('p', 'govuk-body', line)))
  shown.hidden = false
  shown.focus()
}

async function check (text) {
  try {
    const claim = await read(proofIn(text), keys)
    const ended = claim.validUntil < today()
    show(!ended, ended ? told('This certificate has expired') : told('This proof is ours'),
      element('strong', '', `${claim.operator}, ${claim.postcode}`),
      told(RESULTS[claim.result], inWords(claim.checkedOn)),
      ended
        ? told('The certificate ended on {1}, by the clock of this device. Do not rely on it.', inWords(claim.validUntil))
        : told('It may hold until {1}, that day included.', inWords(claim.validUntil)),
      ...(today() < claim.checkedOn ? [told('The clock of this device is wrong: it is before the day of the check.')] : []),
      told('The paper must say the same. Whether the certificate has ended since cannot be seen here: scan the small square code when you have a signal.'))
  } catch (error) {
    if (error instanceof CannotCheck) {
      show(false, told('We cannot check this here'), told(error.message),
        told('Use a newer browser, or scan the small square code on the certificate instead.'))
    } else if (error instanceof NotProven) {
      show(false, told('This proof is not ours'), told(error.message), told('Do not rely on it.'))
    } else throw error
  }
}

/** Reads the code in a photo, where the browser can; the photo stays on the device. */
async function readPhoto (photo) {
  let texts = []
  try {
    const found = await new window.BarcodeDetector({ formats: ['qr_code'] }).detect(await createImageBitmap(photo))
    texts = found.map((code) => code.rawValue)
  } catch {
    // A file that is no picture has no code either.
  }
  const text = texts.find((each) => each.includes('#')) ?? texts[0]
  if (text === undefined) return show(false, told('We found no code in this photo'), told('Go nearer, so that the large code fills the picture.'))
  typed.value = text
  await check(text)
}

place.hidden = false
if ('BarcodeDetector' in window) {
  place.querySelector('#proof-photo-group').hidden = false
  place.querySelector('#proof-photo').addEventListener('change', (event) => {
    const [photo] = event.target.files
    if (photo) readPhoto(photo)
  })
}
form.addEventListener('submit', (event) => {
  event.preventDefault()
  check(typed.value)
})

function checkAddress () {
  if (location.hash.length > 1) {
    typed.value = location.href
    check(location.href)
  }
}
window.addEventListener('hashchange', checkAddress)
checkAddress()
