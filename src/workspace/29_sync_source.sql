--
-- What the CRM and the workspace have done with leads without telling one another
--
-- Whoever changes the owner in the CRM's row is right, and so is whoever moves a
-- lead in the workspace: of the two owners the one is stale who held the lead
-- before, unless the CRM has been told of the new one since (told_at).
--

-- Keys with a prefix are the source's own: they can be cast, so that an index
-- serves, and one without a row is gone; unless rows are hidden from who asks.
CREATE FUNCTION crm_rows(source source, relation regclass, lead text) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
BEGIN
    RETURN format(
        E'LEFT JOIN (SELECT lead.%1$I AS key, lead.%2$I::text AS owner, %3$s AS is_nobodys, '
                    'coalesce((%4$s\n), false) AS is_closed '
                    'FROM %5$s AS lead) r '
        'ON %6$s CROSS JOIN LATERAL (SELECT %7$s AND r.key IS NULL AS is_gone) g',
        source.key_column, source.owner_column, is_unowned(source, relation),
        coalesce(source.closed, 'false'), relation,
        CASE WHEN source.prefix = '' THEN format('r.key::text = %s', crm_rows.lead)
             ELSE format('r.key = CASE WHEN starts_with(%1$s, %2$L) '
                             'THEN substr(%1$s, %3$s)::%4$s END',
                         crm_rows.lead, source.prefix, length(source.prefix) + 1,
                         column_type(relation, source.key_column)) END,
        (source.prefix <> '' AND NOT row_security_active(relation))::text);
END
$$;
COMMENT ON FUNCTION crm_rows(source, regclass, text) IS
    'SQL that joins a lead, given as SQL, to its row in a source''s table: key, owner, whether it is nobody''s, closed or gone';

CREATE FUNCTION differences_statement(source source, relation regclass, also text) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path FROM CURRENT
AS $$
BEGIN
    RETURN format(
        'SELECT a.pool, a.lead, a.agent, r.owner, '
            'CASE WHEN g.is_gone THEN ''gone'' WHEN r.is_closed THEN ''closed'' '
                 'WHEN a.told_at IS NULL AND EXISTS ('
                     'SELECT FROM assignment e '
                     'WHERE e.lead = a.lead AND e.ended_at IS NOT NULL AND e.agent = r.owner) '
                     'THEN ''told'' '
                 'ELSE ''taken over'' END AS change '
        'FROM assignment a %s '
        'WHERE a.ended_at IS NULL AND starts_with(a.lead, %L) AND %s '
          'AND (g.is_gone OR r.is_closed OR NOT r.is_nobodys AND r.owner <> a.agent) '
        'ORDER BY a.pool, a.seq',
        crm_rows(source, relation, 'a.lead'), source.prefix, also);
END
$$;
COMMENT ON FUNCTION differences_statement(source, regclass, text) IS
    'SQL for the leads of a source that are held and of which its table says something else: another owner, done with, or no such row; also is a condition on the assignment a';

-- Locks: rows of waiting; those that somebody has locked are being dealt.
CREATE FUNCTION leave_line_of(source source, relation regclass)
    RETURNS TABLE (lead text, owner text)
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
BEGIN
    RETURN QUERY EXECUTE format(
        'WITH settled AS MATERIALIZED ('
            'SELECT w.lead, r.owner FROM waiting w %s '
            'WHERE starts_with(w.lead, %L) '
              'AND (g.is_gone OR r.is_closed '
                   'OR NOT r.is_nobodys AND NOT EXISTS (SELECT FROM assignment e '
                                                       'WHERE e.lead = w.lead '
                                                         'AND e.agent = r.owner)) '
            'FOR UPDATE OF w SKIP LOCKED) '
        'DELETE FROM waiting w USING settled s WHERE w.lead = s.lead '
        'RETURNING s.lead, s.owner',
        crm_rows(source, relation, 'w.lead'), source.prefix);
END
$$;
COMMENT ON FUNCTION leave_line_of(source, regclass) IS
    'takes leads of a source that the CRM has given to somebody, or that are done with, out of waiting. Locks their rows there, unless somebody else has';

-- Locks: rows of the CRM's table that nobody else has locked, then the assignments.
CREATE FUNCTION tell_owners(source source, relation regclass, leads text[], owners text[])
    RETURNS SETOF text
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
DECLARE
    told text[];
BEGIN
    EXECUTE format(
        'SELECT array_agg(l.lead) FROM (SELECT d.lead FROM %1$s AS lead '
            'JOIN unnest($1, $2) d (lead, owner) '
            'ON lead.%2$I = substr(d.lead, %3$s)::%4$s AND lead.%5$I = d.owner::%6$s '
            'FOR NO KEY UPDATE OF lead SKIP LOCKED) l',
        relation, source.key_column, length(source.prefix) + 1,
        column_type(relation, source.key_column), source.owner_column,
        column_type(relation, source.owner_column))
    INTO told
    USING leads, owners;
    EXECUTE owner_statement(source, relation, '$1', 'true') USING told;
    EXECUTE 'UPDATE assignment a SET told_at = clock_timestamp() '
            'FROM unnest($1) l (lead) WHERE a.lead = l.lead AND a.ended_at IS NULL'
    USING told;
    RETURN QUERY SELECT l.lead FROM unnest(told) l (lead);
END
$$;
COMMENT ON FUNCTION tell_owners(source, regclass, text[], text[]) IS
    'sets the owners of leads whose rows still have those owners to who holds them now; says of which. Locks rows of the CRM''s table that nobody else has locked, then the assignments';

-- Locks: the ledger rows of the pools whose leads the CRM has moved, by name; then,
-- waiting for none of them, assignments, rows of waiting and of the CRM's table.
CREATE FUNCTION sync_source(source text)
    RETURNS TABLE (lead text, change text, was text, agent text)
    LANGUAGE plpgsql
    SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    s source := find_source(sync_source.source);
    relation regclass := source_relation(s);
    differing text[];
    pools text[];
    one record;
    ended assignment;
    ledger pool_ledger;
    to_team text;
    stale_leads text[] := '{}';
    stale_owners text[] := '{}';
    stale_agents text[] := '{}';
BEGIN
    EXECUTE format(
        'SELECT array_agg(d.lead), '
               'array_agg(DISTINCT d.pool) FILTER (WHERE d.change = ''taken over'') '
        'FROM (%s) d', differences_statement(s, relation, 'true'))
    INTO differing, pools;
    PERFORM lock_pool(p.pool) FROM unnest(pools) p (pool) ORDER BY p.pool;

    FOR one IN EXECUTE differences_statement(s, relation, 'a.lead = ANY ($1)')
                       || ' FOR NO KEY UPDATE OF a SKIP LOCKED'
               USING differing
    LOOP
        CONTINUE WHEN one.change = 'taken over' AND one.pool = ANY (pools) IS NOT TRUE;
        IF one.change = 'told' THEN
            stale_leads := stale_leads || one.lead;
            stale_owners := stale_owners || one.owner;
            stale_agents := stale_agents || one.agent;
            CONTINUE;
        END IF;
        ended := end_assignment(one.lead, CASE one.change
                                              WHEN 'taken over' THEN 'reassigned: in the CRM'
                                              WHEN 'gone' THEN 'closed: gone from the CRM'
                                              ELSE 'closed: in the CRM' END, NULL);
        IF one.change = 'taken over' THEN
            ledger := lock_pool(ended.pool);
            SELECT r.team INTO to_team
            FROM roster_in_force(ledger.pool, ledger.roster) r
            WHERE r.team <> '' AND one.owner = ANY (r.members || r.absent);
            IF FOUND THEN
                -- who is absent or at a cap holds it, and takes no turn
                PERFORM decide(ledger, ended.lead, ended.customer, to_team, one.owner,
                               'reassigned', team_in_roster(ledger, one.owner) IS NOT NULL,
                               NULL, ended.requires, NULL);
                UPDATE assignment a SET told_at = clock_timestamp()
                WHERE a.lead = one.lead AND a.ended_at IS NULL;
            END IF;
        END IF;
        RETURN QUERY SELECT one.lead, one.change, ended.agent,
                            CASE WHEN one.change = 'taken over' THEN one.owner END;
    END LOOP;

    RETURN QUERY SELECT l.lead, 'left the line', NULL::text, l.owner
                 FROM leave_line_of(s, relation) l;
    IF stale_leads <> '{}' THEN
        RETURN QUERY SELECT t.lead, 'told', o.owner, o.agent
                     FROM tell_owners(s, relation, stale_leads, stale_owners) t (lead)
                     JOIN unnest(stale_leads, stale_owners, stale_agents) o (lead, owner, agent)
                         ON o.lead = t.lead;
    END IF;
END
$$;
COMMENT ON FUNCTION sync_source(text) IS
    'takes over what the CRM has done with leads of a source (closed, deleted, given to somebody else), and tells it of those that were moved in the workspace; says which. Locks the ledger rows of pools by name, then assignments, rows of waiting and of the CRM''s table that nobody else has locked';
