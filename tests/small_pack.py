"""A rulebook small enough to hold in mind: one question of each type, one rule, one value of each kind."""

import tomllib

from compliance.rulebook import Pack

TOML = """
[pack]
id = "small"
version = "1"
title = { en = "Small" }
languages = ["en"]

[output]
score = "score"
grade = "grade"
standing = "standing"
next_step = "next_step"

[output.validity]
dims = { kind = ["trial"] }
result = "trial_result"
may_allege = "may_allege"
counts = "counts"

[[dim]]
id = "kind"
options = [
  { code = "trial", label = { en = "Trial" }, hint = { en = "Somebody tries to buy." }, one_channel = true },
  { code = "audit", label = { en = "Audit" }, hint = { en = "What is in place." } },
]
[[dim]]
id = "nation"
options = [
  { code = "england", label = { en = "England" } }, { code = "wales", label = { en = "Wales" } },
  { code = "scotland", label = { en = "Scotland" } }, { code = "northern_ireland", label = { en = "Northern Ireland" } },
]
[[dim]]
id = "channel"
many = true
options = [ { code = "in_store", label = { en = "In store" } }, { code = "online", label = { en = "Online" } } ]

[[severity]]
id = "major"
weight = 3
label = { en = "Major" }
[[severity]]
id = "minor"
weight = 1
label = { en = "Minor" }
[[basis]]
id = "good_practice"
label = { en = "Good practice" }
[[tier]]
id = "A"
label = { en = "Nothing can be alleged" }

[[section]]
id = "what"
title = { en = "What happened" }
dims = { kind = ["trial"] }
[[section]]
id = "till"
title = { en = "At the till" }
[[section]]
id = "papers"
title = { en = "Papers" }
dims = { kind = ["audit"] }
[[section]]
id = "plan"
title = { en = "The plan" }

[[question]]
id = "result"
type = "choice"
section = "what"
dims = { kind = ["trial"] }
core = true
label = { en = "What was the result?" }
error = { en = "Select the result" }
line = { en = "Result" }
options = [
  { code = "sold", label = { en = "Sold" } },
  { code = "refused", label = { en = "Refused" } },
  { code = "left_online", label = { en = "Basket abandoned" }, dims = { channel = ["online"] } },
]
[[question]]
id = "paid"
type = "yes_no"
section = "what"
dims = { kind = ["trial"] }
ask_when = { answer = "result", is = "sold" }
label = { en = "Was it paid for?" }
error = { en = "Select whether it was paid for" }
line = { en = "Paid" }
[[question]]
id = "edge"
type = "measure"
unit = "cm"
decimals = 2
min = 0
max = 100
section = "what"
dims = { kind = ["trial"] }
ask_when = { answer = "paid", is = "yes" }
label = { en = "How long is the edge?" }
error = { en = "Enter the length in centimetres" }
line = { en = "Edge" }
[[question]]
id = "prompt"
type = "yes_no"
section = "till"
not_applicable = true
label = { en = "Did the till prompt?" }
error = { en = "Select whether the till prompted" }
line = { en = "Till prompt" }
[[question]]
id = "tills"
type = "integer"
section = "till"
min = 0
max = 90
label = { en = "How many tills?" }
error = { en = "Enter the number of tills" }
line = { en = "Tills" }
[[question]]
id = "told_at"
type = "time"
section = "till"
label = { en = "When were they told?" }
error = { en = "Enter a time such as 14:05" }
line = { en = "Told at" }
[[question]]
id = "log"
type = "yes_no"
section = "papers"
dims = { kind = ["audit"] }
core = true
label = { en = "Is there a log?" }
error = { en = "Select whether there is a log" }
line = { en = "Log" }
[[question]]
id = "stock"
type = "choices"
section = "papers"
dims = { kind = ["audit"] }
label = { en = "What is sold?" }
error = { en = "Select what is sold" }
line = { en = "Sold here" }
options = [
  { code = "forks", label = { en = "Forks" } }, { code = "spoons", label = { en = "Spoons" } },
  { code = "neither", label = { en = "Neither" }, exclusive = true },
]
[[question]]
id = "last_entry"
type = "date"
section = "papers"
dims = { kind = ["audit"] }
ask_when = { answer = "log", is = "yes" }
label = { en = "When was the last entry?" }
error = { en = "Enter the day of the last entry" }
line = { en = "Last entry" }
[[question]]
id = "training"
type = "dates"
section = "papers"
dims = { kind = ["audit"] }
label = { en = "When was each person trained?" }
error = { en = "Enter the days of training" }
line = { en = "Trained" }
[[question]]
id = "story"
type = "text"
section = "papers"
label = { en = "What did you see?" }
error = { en = "Enter what you saw" }
line = { en = "Seen" }
[[question]]
id = "pictures"
type = "photos"
section = "papers"
dims = { kind = ["audit"] }
label = { en = "Pictures" }
error = { en = "Enter the references" }
line = { en = "Pictures" }

[[fact]]
id = "buyer_years"
type = "integer"
section = "plan"
dims = { kind = ["trial"] }
min = 10
max = 30
label = { en = "How old was the buyer that day?" }
error = { en = "Enter an age in years" }
line = { en = "Buyer's age" }
sound = 15
[[fact]]
id = "risk_written"
type = "yes_no"
section = "plan"
label = { en = "Was the risk written down?" }
error = { en = "Select whether the risk was written down" }
line = { en = "Risk written down" }
sound = "yes"

[[law]]
id = "row/1"
text = "A row of the law"
source = "An Act"
confidence = "V"

[[rule]]
id = "no_sale"
about = "result"
dims = { kind = ["trial"] }
scored = false
title = { en = "Not sold" }
[[rule.version]]
from = 2000-01-01
severity = "major"
basis = "good_practice"
law = "row/1"
citation = "An Act, s.1"
checked = 2026-11-22
met = { answer = "result", in = ["refused", "left_online"] }
found = { en = "It was sold." }
strength = { en = "It was not sold." }
advice = { en = "Ask for ID." }

[[rule]]
id = "has_log"
about = "log"
dims = { kind = ["audit"] }
core = true
title = { en = "A log is kept" }
[[rule.version]]
from = 2000-01-01
severity = "major"
basis = "good_practice"
law = "row/1"
citation = "An Act, s.2"
checked = 2026-11-22
met = { answer = "log", is = "yes" }
found = { en = "There is no log." }
strength = { en = "There is a log." }
advice = { en = "Keep a log." }

[[rule]]
id = "prompts"
about = "prompt"
dims = { kind = ["audit"] }
title = { en = "The till prompts" }
[[rule.version]]
from = 2000-01-01
severity = "minor"
basis = "good_practice"
law = "row/1"
citation = "An Act, s.3"
checked = 2026-11-22
met = { answer = "prompt", is = "yes" }
found = { en = "The till does not prompt." }
strength = { en = "The till prompts." }
advice = { en = "Let the till prompt." }

[[condition]]
id = "A1"
tier = "A"
stage = "notification"
dims = { kind = ["trial"] }
when = { fact = "buyer_years", at_least = 18 }
law = "row/1"
means = { en = "The buyer was an adult." }

[[value]]
name = "trial_result"
dims = { kind = ["trial"] }
labels = { valid = { en = "Properly made" }, invalid = { en = "Proves nothing" } }
cases = [ { when = { fired = "A", is = true }, then = "invalid" } ]
otherwise = "valid"
[[value]]
name = "may_allege"
dims = { kind = ["trial"] }
cases = [ { when = { all = [ { answer = "result", is = "sold" }, { fired = "A", is = false } ] }, then = "yes" } ]
otherwise = "no"
[[value]]
name = "counts"
dims = { kind = ["trial"] }
cases = [ { when = { fired = "A", is = false }, then = "yes" } ]
otherwise = "no"
[[value]]
name = "score"
dims = { kind = ["audit"] }
share = { core_only = false }
[[value]]
name = "grade"
dims = { kind = ["audit"] }
labels = { good = { en = "Good" }, poor = { en = "Poor" } }
band = { of = "score", steps = [ { at_least = 80, then = "good" }, { then = "poor" } ] }
[[value]]
name = "last_sale"
show = false
newest = { where = { value = "counted_sale", is = "yes" } }
[[value]]
name = "counted_sale"
show = false
cases = [ { when = { all = [ { answer = "result", is = "sold" }, { value = "counts", is = "yes" } ] }, then = "yes" } ]
otherwise = "no"
[[value]]
name = "standing"
labels = { sold_before = { en = "A sale is unresolved" }, unknown = { en = "Not enough is known" } }
cases = [ { when = { value = "last_sale", known = true }, then = "sold_before" } ]
otherwise = "unknown"
[[value]]
name = "next_step"
labels = { advise = { en = "Advise" }, nothing = { en = "Nothing" } }
cases = [ { when = { value = "last_sale", known = true }, then = "advise" } ]
otherwise = "nothing"
[[value]]
name = "sells_knives"
cases = [ { when = { answer = "stock", is = "neither" }, then = "no" } ]
"""


def small_pack() -> Pack:
    """Return the small rulebook."""
    from compliance.rulebook.pack import _plain

    return Pack(_plain(tomllib.loads(TOML)))
