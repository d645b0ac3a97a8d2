"""What must always hold of commands, documents and the feed: order, verdicts, who may see what."""

from __future__ import annotations

from workstation.hub.storage.invariants_look import Look, Violations


def i08_one_verdict_a_command(look: Look) -> Violations:
    """A command that was turned down has done nothing, and what was done has its command in the log."""
    verdict = look.field("c.verdict", "verdict")
    return look.ask(
        f"""
SELECT c.cmd_id FROM command_log c
JOIN effect e ON e.tenant_id = c.tenant_id AND e.command_id = c.cmd_id
WHERE c.tenant_id = :tenant_id
  AND {verdict} IN ('rejected', 'blocked', 'superseded', 'quarantined', 'id_reuse')
""",
        f"""
SELECT c.cmd_id FROM command_log c
JOIN document d ON d.tenant_id = c.tenant_id AND d.entity = 'decision' AND d.entity_id = c.cmd_id
WHERE c.tenant_id = :tenant_id
  AND {verdict} IN ('rejected', 'blocked', 'superseded', 'quarantined', 'id_reuse')
""",
    )


def i09_commands_in_order(look: Look) -> Violations:
    """The commands of a device on one case were taken in the order they were given in.

    What a device offered again after the hub had been restored comes late and is no breach. Of the times of
    a clock that was wrong nothing is asked.
    """
    params: dict[str, object] = {"restored": look.restored()}
    told = ""
    for number, (begin, end) in enumerate(look.doubtful_times()):
        told += f" AND received_at NOT BETWEEN :begin_{number} AND :end_{number}"
        params |= {f"begin_{number}": begin, f"end_{number}": end}
    return look.ask(
        f"""
SELECT cmd_id FROM (
  SELECT cmd_id, received_at, max(CASE WHEN cmd_id < :restored THEN 0 ELSE received_at END) OVER (
    PARTITION BY device_id, outbox_epoch, case_id ORDER BY device_seq
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS latest_of_earlier
  FROM command_log WHERE tenant_id = :tenant_id AND case_id <> ''{told}
) AS lane WHERE received_at < latest_of_earlier
""",
        **params,
    )


def i11_feed_is_the_documents(look: Look) -> Violations:
    """What the feed shows in a scope is what the documents say belongs there, in the same revision."""
    return look.ask(
        """
SELECT f.entity_id FROM feed f
LEFT JOIN document d ON d.tenant_id = f.tenant_id AND d.entity = f.entity AND d.entity_id = f.entity_id
WHERE f.tenant_id = :tenant_id AND f.gone = 0
  AND (d.entity_id IS NULL OR d.rev <> f.rev OR ' ' || d.scopes || ' ' NOT LIKE '% ' || f.scope_id || ' %')
""",
        """
SELECT d.entity_id FROM document d
LEFT JOIN (
  SELECT entity, entity_id, count(*) AS shown FROM feed
  WHERE tenant_id = :tenant_id AND gone = 0 GROUP BY entity, entity_id
) f ON f.entity = d.entity AND f.entity_id = d.entity_id
WHERE d.tenant_id = :tenant_id AND d.scopes <> ''
  AND length(d.scopes) - length(replace(d.scopes, ' ', '')) + 1 <> coalesce(f.shown, 0)
""",
    )


def i12_no_row_beyond_the_head(look: Look) -> Violations:
    """No row has a number beyond the head of its scope, and no floor lies above it."""
    return look.ask(
        """
SELECT f.entity_id FROM feed f JOIN scope s ON s.tenant_id = f.tenant_id AND s.scope_id = f.scope_id
WHERE f.tenant_id = :tenant_id AND f.seq > s.head_seq
""",
        "SELECT scope_id FROM scope WHERE tenant_id = :tenant_id AND floor_seq > head_seq",
    )


def i15_four_eyes(look: Look) -> Violations:
    """Nobody has answered an approval they had asked for, and no decision has two that were granted."""
    state, asked_by = look.field("d.body", "state"), look.field("d.body", "asked_by")
    decided_by, decision = look.field("d.body", "decided_by"), look.field("d.body", "decision_id")
    approvals = "FROM document d WHERE d.tenant_id = :tenant_id AND d.entity = 'approval'"
    return look.ask(
        f"SELECT d.entity_id {approvals} AND {decided_by} = {asked_by}"
        f" AND {state} IN ('granted', 'declined')",
        f"SELECT {decision} {approvals} AND {state} = 'granted' GROUP BY {decision} HAVING count(*) > 1",
    )


def i17_a_case_is_where_its_team_is(look: Look) -> Violations:
    """Messages, decisions and promises are read by those who may read their case, and by nobody else."""
    return look.ask(
        """
SELECT d.entity_id FROM document d JOIN document c
  ON c.tenant_id = d.tenant_id AND c.entity = 'case' AND c.entity_id = d.case_id
WHERE d.tenant_id = :tenant_id AND d.scopes <> c.scopes
"""
    )


def i18_revoked_devices_do_nothing(look: Look) -> Violations:
    """What a revoked device still sends is kept in quarantine, not carried out."""
    verdict = look.field("c.verdict", "verdict")
    return look.ask(
        f"""
SELECT c.cmd_id FROM command_log c JOIN device v ON v.tenant_id = c.tenant_id AND v.device_id = c.device_id
WHERE c.tenant_id = :tenant_id AND v.revoked_at < c.received_at AND {verdict} <> 'quarantined'
"""
    )


def i20_tenants_are_apart(look: Look) -> Violations:
    """Nothing of one firm speaks of the data of another."""
    # Its own first: that is one step along a key and nearly always ends the question.
    elsewhere = """
NOT EXISTS (SELECT 1 FROM document d WHERE d.tenant_id = :tenant_id AND d.entity = '{entity}'
            AND d.entity_id = {column})
AND EXISTS (SELECT 1 FROM document o WHERE o.tenant_id <> :tenant_id AND o.entity = '{entity}'
            AND o.entity_id = {column})
"""
    case = elsewhere.format(entity="case", column="x.case_id")
    customer = elsewhere.format(entity="customer", column="x.customer_id")
    return look.ask(
        f"SELECT x.effect_id FROM effect x WHERE x.tenant_id = :tenant_id AND {case}",
        f"SELECT x.entity_id FROM document x WHERE x.tenant_id = :tenant_id AND x.case_id <> '' AND {case}",
        f"SELECT x.customer_id FROM book_order x WHERE x.tenant_id = :tenant_id AND {customer}",
    )
