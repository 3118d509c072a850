"""Which row of the routing table answers for a case: chosen in one way wherever cases get their owners."""


def chosen_rule(*, topic: str, urgency: str, day: str, above: str) -> str:
    """SQL of the rule in force: of the nearest area, then the topic itself, then the urgency itself.

    Topic, urgency and day are expressions. `above` is the condition under which a row of the relation
    `above` (id, height), the areas over the case from the nearest up, is the area of the rule.
    """
    return f"""
    SELECT rule.id, rule.lead_team_id, rule.unit_id
    FROM incidents_routingrule AS rule LEFT JOIN above ON {above}
    WHERE rule.valid_from <= {day} AND (rule.valid_to > {day} OR rule.valid_to IS NULL)
      AND (rule.topic_id = {topic} OR rule.topic_id IS NULL)
      AND (rule.area_id IS NULL OR above.id IS NOT NULL)
      AND rule.urgency IN ({urgency}, '')
    ORDER BY above.height NULLS LAST, rule.topic_id IS NULL, rule.urgency = '', rule.id
    LIMIT 1"""  # noqa: S608 - expressions of this package
