"""What must always hold of cases that are one matter: each says of the other what the other says of it."""

from __future__ import annotations

from workstation.hub.storage.invariants_look import Look, Violations


def i28_merged_cases_agree(look: Look) -> Violations:
    """A merged case and the one that goes on with it name each other, one deep, in one team.

    Limits and duplicates count on all of a matter: a case that one side forgot would be counted apart.
    """
    into, gone_on = look.field("m.body", "merged_into"), look.field("r.body", "merged_into")
    if look.is_postgresql:
        listed = "json_array_elements(CAST(r.body AS json) -> 'merged')"
        listed_id = "(item.value ->> 'case_id')"
    else:
        listed = "json_each(r.body, '$.merged')"
        listed_id = "(item.value ->> 'case_id')"
    return look.ask(
        f"""
SELECT m.entity_id FROM case_row c
JOIN document m ON m.tenant_id = c.tenant_id AND m.entity = 'case' AND m.entity_id = c.case_id
LEFT JOIN document r ON r.tenant_id = m.tenant_id AND r.entity = 'case' AND r.entity_id = {into}
WHERE c.tenant_id = :tenant_id AND c.status = 'merged'
  AND (r.entity_id IS NULL OR coalesce({gone_on}, '') <> ''
       OR {look.field("r.body", "team_id")} <> {look.field("m.body", "team_id")}
       OR r.body NOT LIKE '%"merged":[%{{"case_id":"' || m.entity_id || '"%')
""",
        f"""
SELECT r.entity_id FROM document r CROSS JOIN {listed} AS item
LEFT JOIN document m ON m.tenant_id = r.tenant_id AND m.entity = 'case' AND m.entity_id = {listed_id}
WHERE r.tenant_id = :tenant_id AND r.entity = 'case' AND r.body LIKE '%"merged":[%'
  AND (m.entity_id IS NULL OR coalesce({into}, '') <> r.entity_id)
""",
    )
