"""Released ids never change: stored visits, exports and other people's files rest on them.

`tests/data/released_ids.txt` holds what has been released, a line an entry. A new question, option or
rule adds to the file; nothing is ever taken from it.
"""

import re
from pathlib import Path

from compliance.rulebook import shipped_pack

DATA = Path(__file__).parents[2] / "data"
#: The questions that the domain's own sheet names (law.md section 6), by kind of visit.
TESTS = """tp_article_covered tp_cutting_edge_cm tp_outcome tp_age_asked tp_id_asked tp_id_type_shown
tp_id_examined tp_true_age_stated tp_till_prompt tp_sco_intervention tp_supervisor_override
tp_proxy_queried tp_cc_collection_check tp_del_hands_18 tp_pkg_marked tp_verif_online
ca_first_challenge_point tp_seller_told"""
AUDIT = """stock_bladed_types prohibited_on_sale zombie_style_check ninja_check curved_sword_check
combat_marketing sc_dealer_licence sc_dealer_records sc_window_visibility age_policy_written
challenge_age policy_products_list staff_trained_before_selling training_last_date
training_records_seen training_understood young_seller_supervised refusals_log_exists
refusals_last_entry refusals_90d refusals_reviewed till_prompt_present till_prompt_bypassable
sco_blocked_until_staff own_test_purchases signage_customer signage_staff shelf_open_access
display_secure packaging_secure stock_reconciled police_requested_measures_done
previous_advice_actioned rra_signed accepted_id_list id_phone_photo_rejected digital_id_accepted
police_contact_known suspicious_bulk_practice online_listing_age_notice online_verification_system
online_pkg_marking online_courier_contract online_no_lockers online_residential_safeguards
online_marketplace_role cc_collection_check third_party_collection prep_two_step prep_bulk_reports
corrosives_age_check primary_authority_name responsible_person welsh_preference officer_notes
photos"""
OUTCOMES = """refused_id_requested refused_age_stated refused_other sold_no_challenge
sold_after_age_or_question sold_after_true_id_seen sold_selfcheckout_approved
sold_selfcheckout_unattended stopped_before_completion aborted_welfare aborted_compromised closed
no_knives_stocked no_staff_to_serve delivered_unverified collected_unverified
c25_id_checked_served c25_challenged_refused c25_id_not_examined_served
c25_challenged_no_id_served c25_age_asked_only_served c25_not_challenged_served"""


def test_nothing_released_was_taken_away() -> None:
    pack = shipped_pack()
    lost = []
    for line in (DATA / "released_ids.txt").read_text(encoding="utf-8").splitlines():
        table, name, *rest = line.split()
        entry = pack.by_id(table).get(name)
        if entry is None or (rest and entry["type"] != rest[0]):
            lost.append(line)
            continue
        codes = {option["code"] for option in entry.get("options", ())}
        lost += [f"{name}: {code}" for code in rest[1:] if code not in codes]
    assert lost == []


def test_everything_in_the_pack_is_released() -> None:
    """A new id is written down, so that it cannot be lost later."""
    text = (DATA / "released_ids.txt").read_text(encoding="utf-8")
    released = {tuple(line.split()[:2]) for line in text.splitlines()}
    now = {
        (table, entry["id"])
        for table in ("question", "fact", "rule", "condition")
        for entry in shipped_pack().entries(table)
    }
    assert now - released == set()


def test_the_questions_of_the_domain_sheet_are_there_for_their_kinds() -> None:
    questions = shipped_pack().questions
    every = ["test_purchase", "challenge_25_audit", "store_audit", "engagement_visit"]
    for names, kinds in (
        (TESTS, {"test_purchase", "challenge_25_audit"}),
        (AUDIT, {"store_audit"}),
    ):
        for name in names.split():
            asked_at = set(questions[name].get("dims", {}).get("kind", every))
            assert asked_at & kinds, name


def test_the_outcomes_are_those_of_the_domain_sheet() -> None:
    codes = [option["code"] for option in shipped_pack().questions["tp_outcome"]["options"]]
    assert sorted(codes) == sorted(OUTCOMES.split())


def test_a_young_volunteer_has_no_identity_in_the_rulebook() -> None:
    """No question or fact asks for a name, date of birth, school, face or address of the buyer."""
    for table in ("question", "fact"):
        for entry in shipped_pack().entries(table):
            label = entry["label"]["en"].lower()
            assert not re.search(
                r"\b(volunteer|buyer|young person)('s)? (name|surname|school|address)", label
            )
            assert entry["id"] not in {"volunteer_name", "volunteer_dob", "buyer_name", "buyer_dob"}
